import type { ErrorTable } from "../../classify/index.ts";

/** Databricks model serving. https://docs.databricks.com/api/workspace/introduction */
export const databricksErrors: ErrorTable = {
  provider: "databricks",
  codes: {
    REQUEST_LIMIT_EXCEEDED: "transient",
    TEMPORARILY_UNAVAILABLE: "transient",
    RESOURCE_CONFLICT: "transient",
    WORKSPACE_TEMPORARILY_UNAVAILABLE: "transient",
    ENDPOINT_NOT_FOUND: "auth",
    RESOURCE_DOES_NOT_EXIST: "auth",
    PERMISSION_DENIED: "auth",
    INVALID_PARAMETER_VALUE: "permanent",
    MAX_REQUEST_SIZE_EXCEEDED: "input_too_large",
    QUOTA_EXCEEDED: "quota_exceeded",
  },
};
