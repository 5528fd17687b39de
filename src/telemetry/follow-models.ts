/** Listens to the models that there are, while a reload brings some and takes others away. */
export interface Follower<Model> {
  /** From now on to these, and to no others. A model that is known already is listened to on. */
  follow(models: Iterable<Model>): void;
  stop(): void;
}

/** Makes a follower. `listen` begins to listen to one model, and returns what ends it. */
export function createFollower<Model>(listen: (model: Model) => () => void): Follower<Model> {
  let followed = new Map<Model, () => void>();
  function follow(models: Iterable<Model>): void {
    const former = followed;
    followed = new Map(Array.from(models, (model) => [model, former.get(model) ?? listen(model)]));
    for (const [model, stop] of former) if (!followed.has(model)) stop();
  }
  return { follow, stop: () => follow([]) };
}
