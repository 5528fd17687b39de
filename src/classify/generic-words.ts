import { anyOf, type TextRule } from "./text-rule.ts";

/** An answer that was no JSON at all, read by a client that lost its status. */
export const unreadable: TextRule = {
  rule: "unreadable",
  class: "unknown",
  pattern: anyOf(
    /is not valid json|unexpected (?:token|non whitespace|end of json)|json\.?parse/,
    /invalid character .{1,8}looking for beginning|expecting value: line|jsondecode/,
  ),
};

/** Words that are common enough to mislead; they decide only where nothing else did. */
export const genericWords: readonly TextRule[] = [
  {
    rule: "abort",
    class: "unknown",
    pattern: anyOf(
      /abort ?error|(?:operation|request|stream|user|call) (?:was |has been |is |has )?abort/,
      /aborted (?:a|the|by)|user aborted|context cancell?ed|client ?disconnect|client closed/,
      /request (?:was )?cancell?ed|cancell?ed by (?:the )?(?:user|client|caller)/,
    ),
    unless: /due to timeout|timed? out/,
  },
  {
    rule: "certificate",
    class: "auth",
    pattern: anyOf(
      /certificate|self signed|ssl (?:error|handshake)|ssl3? ?get|tls handshake|wrong version number|x509/,
      /certificate verify failed/,
    ),
    unless: /handshake time/,
  },
  {
    rule: "transport",
    class: "transient",
    pattern: anyOf(
      /socket hang ?up|other side closed|\bterminated\b/,
      /connection.{0,24}(?:reset|refused|closed|abort|lost|error|drop|fail|interrupt|time)/,
      /connect(?:ion)? ?exception|(?:failed|unable|cannot|could not|couldn't) to connect|cannot connect/,
      /unexpected e(?:of|nd of (?:stream|file|input))|\beof\b|i\/o timeout|dial tcp|broken pipe|no route to host/,
      /network (?:is unreachable|error|connection|request failed)|name resolution|name or service not known/,
      /nodename nor servname|getaddrinfo|fetch failed|failed to fetch|remote protocol error/,
      /server disconnected|peer closed|incomplete (?:chunked|read|message)|premature (?:close|end)/,
      /stream (?:disconnected|closed|ended|error|was reset|interrupted|reset|terminated)/,
      /stream.{0,30}(?:closed|ended) (?:before|without|unexpected)|without (?:a )?finish reason/,
      /empty (?:response|reply)|error (?:reading|decoding) (?:response|body)|http2 (?:error|stream)|goaway/,
      /payload is not completed|error sending request|no such host|socket disconnected|connect error|reset before headers|transport is closing|connection termination/,
      /连接.{0,8}(?:失败|超时|重置|断开)|网络(?:错误|异常|超时)/,
    ),
  },
  { rule: "timeout", class: "transient", pattern: /time(?:d)? ?out|deadline exceeded|超时/ },
  {
    rule: "server",
    class: "transient",
    pattern: anyOf(
      /(?:internal|server|upstream|backend|gateway|inference|system|service|process) ?(?:server )?(?:error|fail|exception)/,
      /server had an error|bad gateway|gateway time|unavailable/,
      /an? (?:unexpected |unknown |internal )?error (?:occurred|has occurred|was encountered) (?:while|during|when|in|on|processing)/,
      /error (?:while|during) processing|something went wrong|finish ?reason:? (?:error|network error)/,
      /try (?:again|your request again)|retry (?:later|your request)|(?:please|and) retry|temporar/,
      /provider returned|upstreams? (?:request )?failed|unable to process (?:your|the) request|upstream request failed|内部(?:错误|异常)|服务(?:器)?(?:错误|异常|内部)|系统(?:错误|异常|内部)|处理失败/,
    ),
  },
  { rule: "quota", class: "quota_exceeded", pattern: /\bquota\b|\bcredits?\b|\bbilling\b|\bpayment\b|限额|配额/ },
  {
    rule: "access",
    class: "auth",
    pattern: /\b(?:denied|permission|credentials?|authenticat\w{1,6}|api ?key|authori[sz]ation)\b|权限|密钥/,
  },
  { rule: "limit", class: "transient", pattern: /limit (?:exceeded|reached)|exceeded .{0,24}limit|超限/ },
  {
    rule: "request",
    class: "permanent",
    pattern: anyOf(
      /\b(?:invalid|unsupported|malformed|bad request|illegal)\b|not (?:currently |yet )?supported/,
      /(?:must|should) (?:be|have|contain|start|end)\b|is required|are required|cannot be|not allowed/,
      /does not match|cannot unmarshal|failed to decode|参数(?:错误|无效|异常|有误|不)|(?:未|缺少).{0,16}参数|不支持|必须(?:为|是|包含)|不存在|未上线|格式(?:错误|不)|非法|invalid params|not implemented/,
      /unimplemented/,
    ),
  },
];
