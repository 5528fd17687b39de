import type { ErrorTable } from "../../classify/index.ts";

/** ModelScope's inference API, with a day's allowance for the account and for each model. */
export const modelscopeErrors: ErrorTable = {
  provider: "modelscope",
  codes: {},
  texts: [{ rule: "daily", class: "quota_exceeded", pattern: /today'?s quota|try again tomorrow|per day|daily/ }],
  utcOffsetMinutes: 480,
};
