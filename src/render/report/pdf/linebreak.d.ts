/** The package has no types of its own. */
declare module 'linebreak' {
  interface Break {
    /** The index of the character before which a line may end. */
    readonly position: number;
    /** Whether it must end there. */
    readonly required: boolean;
  }
  export default class LineBreaker {
    constructor(text: string);
    nextBreak(): Break | null;
  }
}
