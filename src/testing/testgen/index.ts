export { createStoryPlayer, type ServiceUnderTest, type Stage } from "./play-story.ts";
export { loadScriptedConfig } from "./scripted-config.ts";
export type { Story, StoryOutcome, StoryStep, Word } from "./story.ts";
export { testgen, type TestgenFile, type TestgenOptions } from "./testgen.ts";
