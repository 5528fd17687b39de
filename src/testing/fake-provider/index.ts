export type {
  AnswerShape,
  Behaviour,
  CutAfterItems,
  Delay,
  ErrorAfterItems,
  ErrorAtHead,
  Hang,
  HangAfterHeaders,
  HtmlPage,
  RawAnswer,
  Redirect,
  Reset,
  ResetAfterItems,
  SlowBody,
  StallAfterItems,
  TruncatedJson,
} from "./behaviours.ts";
export { createFakeProvider, type FakeProvider, type FakeProviderOptions } from "./create-fake-provider.ts";
export { failures, type Failure, type StatedWait } from "./failures/index.ts";
export type { RecordedPart, RecordedRequest } from "./recorded-request.ts";
