/** The mesh can't be reached or does not take what it is given: what, where, and what is allowed, in one line. */
export class MeshFault extends Error {
  override readonly name = 'MeshFault';
}
