/** The steps of sealing one statement, in order: what the sealer calls of the store and of the signer. */
export const sealSteps = ['draft', 'sign', 'commit', 'sealed'];

/** A store and a signer that call `onStep` with the name of each step: before it, and of `sealed` after the commit. */
export function withSteps({ store, signer }, onStep) {
  const { statements } = store;
  return {
    store: {
      ...store,
      statements: {
        ...statements,
        putDraft: async (...given) => {
          onStep('draft');
          return statements.putDraft(...given);
        },
        commit: async (...given) => {
          onStep('commit');
          const outcome = await statements.commit(...given);
          if (outcome === 'stored') onStep('sealed');
          return outcome;
        },
      },
    },
    signer: async () => {
      const { id, sign } = await signer();
      return {
        id,
        sign: (text) => {
          onStep('sign');
          return sign(text);
        },
      };
    },
  };
}
