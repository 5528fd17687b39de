import { anyOf, type TextRule } from "./text-rule.ts";
import { longWindow, noLimitWords, shortWindow } from "./window-words.ts";

/** An output cap that is wrong for the model: the input is fine, the parameter is not. */
const outputCap = anyOf(
  /\b(?:max(?:imum)?(?: (?:new|output|completion|generation))? tokens|max length|output tokens|completion tokens)\b.{0,30}(?:must be|is too (?:large|big|high)|too large|at least|at most|less than|between|should be|cannot (?:be|exceed)|exceeds? (?:the )?(?:model|maximum|max|limit)|out of range|: \d{1,9} >)/,
  /range of max tokens|maximum tokens you requested|at most \d{1,9} completion tokens/,
  /max(?:imum)? tokens value/,
);

/**
 * The sentences that decide before a status does, in this order: what concerns the request's content, then its size, then the
 * account's money, then the right to be there, then the load. 400 and 403 carry all of them; 429 carries the last four.
 */
export const decisiveTexts: readonly TextRule[] = [
  // a resource that was blocked for its past is this credential's trouble, not this request's
  {
    rule: "resource-blocked",
    class: "auth",
    pattern: anyOf(
      /\bresource has been (?:temporarily |permanently )?blocked/,
      /\b(?:account|key|organization|project|user)\b.{0,40}\b(?:has been|was|is|been) (?:temporarily |permanently )?(?:blocked|banned|flagged|suspended|disabled|deactivated|terminated|restricted)\b.{0,80}(?:violat|polic|abus)/,
    ),
  },
  {
    rule: "moderation-down",
    class: "transient",
    pattern:
      /(?:moderation|content ?security|detection|inspection|审核).{0,40}(?:service (?:error|unavailable|failed)|internal error|timed? ?out|time ?out|服务异常)/,
  },
  // nothing was moderated: the provider could not fetch what it was to look at
  {
    rule: "media-download",
    class: "permanent",
    pattern:
      /(?:unable to|failed to|cannot|could not|error while) (?:download|fetch|access|retrieve|load) .{0,40}(?:media|image|video|audio|url|file|multimodal|content|resource)/,
    unless: /tim(?:ed?|e) ?out/,
  },
  {
    rule: "media-timeout",
    class: "transient",
    pattern: anyOf(
      /(?:download|fetch).{0,60}(?:media|image|video|audio|url|file|multimodal).{0,60}tim(?:ed?|e) ?out/,
      /tim(?:ed?|e) ?out.{0,60}download/,
    ),
  },
  { rule: "data-policy", class: "auth", pattern: /\bno (?:endpoints|providers|allowed providers)\b.{0,120}/ },

  {
    rule: "safety",
    class: "content_safety",
    pattern: anyOf(
      /content ?(?:filter|management polic|polic(?:y|ies) violation|moderation)|content exists risk/,
      /responsible ai/,
      /safety (?:system|filter|polic|guideline|reason|check|setting|guard|violation|classifier)/,
      /blocked (?:due to|by|for|because of) (?:\w{1,20} ){0,3}(?:safety|recitation|prohibited|moderation|content|filter|spii|blocklist|guardrail)/,
      /usage (?:polic|guideline)/,
      /(?:violat|against|breach)\w{0,4} .{0,60}(?:usage|content|safety|acceptable use|community|our|the|terms) (?:polic|guideline|standard|rule)/,
      /content violat|violative|(?:acceptable use|content) polic/,
    ),
    unless: /no content polic/,
  },
  {
    rule: "safety.sensitive",
    class: "content_safety",
    pattern: anyOf(
      /(?<!case )\bsensitive (?:content|words?|info|information|data|text|image|topic|material|\(|\w{0,12} ?detect)/,
      /new sensitive|(?:input|output|prompt|text|image|content) .{0,20}sensitive\b/,
      /risk (?:detection|control|content)|risky content|inappropriate|data ?inspection ?failed|green ?net/,
      /faq ?rule ?blocked|ip ?infringement|copyright/,
      /content (?:is |was |has been )?(?:blocked|filtered|flagged|rejected|unsafe|illegal)|output blocked/,
      /unsafe (?:content|prompt|input|output)|harmful (?:content|prompt|input)|nsfw/,
      /cyber ?(?:security)?(?: policy|security risk)/,
    ),
  },
  {
    rule: "safety.flagged",
    class: "content_safety",
    pattern: anyOf(
      /flagged (?:for|as|by)\b|(?:requires|failed|by|blocked by|content|prompt|input) moderation\b/,
      /moderation (?:block|fail|flag|polic|violation|check|reject)/,
      /block\w{0,3} (?:for |with )?reason:? \w{0,20}safety/,
      /guardrail(?:s)? (?:check|interven|block|violat|trigger|fail|reject)/,
      /blocked by (?:\w{1,20} ){0,2}guardrail|prompt (?:was |has been |is )?(?:blocked|rejected|flagged)/,
      /(?:block|finish|stop) ?reason:? (?:safety|prohibited|blocklist|recitation|spii|image safety|content ?filter|sensitive|guardrail|refusal|language)/,
      /prompt injection|jailbreak (?:detect|attempt)|guardrail ?action intervened|\$moderation\$/,
      /request was (?:rejected|blocked|refused).{0,40}(?:safety|moderation|policy)/,
    ),
  },
  {
    rule: "safety.zh",
    class: "content_safety",
    pattern:
      /内容安全|(?<!大小写)敏感|违规|违禁|违法|不安全|不合规|涉黄|涉政|涉暴|涉敏|风险内容|内容风险|审核(?:不通过|未通过|失败|拒绝)|未通过.{0,8}审核|不当内容|合规/,
  },

  // one request that is larger than a minute's allowance can never pass here, and passes where the allowance is larger
  {
    rule: "larger-than-allowance",
    class: "quota_exceeded",
    pattern: /request too large.{0,200}(?:tokens? per min|\(?tpm\)?)|(?:retry|try again) after 86400 seconds/,
  },
  { rule: "window.long", class: "quota_exceeded", pattern: longWindow, unless: noLimitWords },
  { rule: "allowance.zero", class: "quota_exceeded", pattern: /quota exceeded for metric.{0,160}limit: 0\b/ },
  { rule: "window.short", class: "transient", pattern: shortWindow, unless: noLimitWords },

  {
    rule: "overload.demand",
    class: "transient",
    pattern: /high demand|peak load|currently overloaded|overloaded with/,
  },
  {
    rule: "output-cap",
    class: "permanent",
    pattern: outputCap,
    unless: /context (?:length|window|limit|size)|input (?:length|tokens?) (?:and|\+)|inputs?'? (?:tokens )?\+/,
  },
  {
    rule: "size.context",
    class: "input_too_large",
    pattern: anyOf(
      /inputs?'? (?:tokens )?\+ '?max new tokens|context ?(?:length|window|size|limit).{0,60}(?:exceed|too|over|limit|maximum|larger|is \d)/,
      /(?:exceed\w{0,3}|longer than|larger than|greater than|beyond|over|out of|maximum|max|outside|fits? (?:in|into|within)|reach\w{0,3}) .{0,80}context/,
      /context (?:overflow|too long)/,
      /(?:prompt|input)s? (?:is |are |was |tokens? |token count |length |text )?.{0,24}(?:too (?:long|large|big)|exceeds? )/,
      /exceed\w{0,3} .{0,60}(?:max(?:imum)?|allowed|permitted|model)? ?(?:number of )?(?:input |prompt |model )?tokens?\b(?! per)/,
      /max(?:imum)? (?:allowed )?(?:input|prompt|sequence|query|document|text|token) ?(?:tokens?|length|limit|size)/,
      /maximum (?:number of )?(?:input )?tokens|token limit (?:exceeded|reached)/,
      /(?:must have|have|be) (?:less|fewer) than \d{1,9} tokens|n ctx|sequence length|context (?:\w{1,8} )?overflow|context length of only/,
      /reduce (?:the|your) (?:\w{1,12} )?(?:length|prompt|input|context|messages?|number of tokens|size)/,
      /input tokens exceed|tokens? .{0,20}(?:exceed|over|larger than).{0,30}(?:context|max|limit)/,
    ),
    unless: anyOf(
      /unsupported|too many tokens, please wait|per (?:minute|min)\b|rate ?limit/,
      /(?:output|completion) tokens must|credits|afford|deadline/,
    ),
  },
  {
    rule: "size.payload",
    class: "input_too_large",
    pattern: anyOf(
      /(?:request|payload|body|entity|content|file|image|video|audio|document|text|message|query|prompt|input|batch|data|array)s? ?(?:body |entity |size |length |payload |content |resolution |dimensions? )?(?:is |are |was )?(?:far |way )?(?:too (?:long|large|big)|oversized?)/,
      /oversized/,
      /exceed\w{0,3} .{0,40}(?:(?:image|file|body|payload|request|message|content|input|text|upload|document|video|audio)s? (?:\w{1,12} )?(?:size|length|limit|count)|(?:max(?:imum)?|allowed) (?:\w{1,12} )?(?:size|length)|\d ?(?:bytes?|pixels?|kb|mb|characters?)\b|dimensions|resolution|\blimit: \d{1,12} bytes)/,
      /(?:length|size) (?:exceed|is larger|larger than|limit exceeded)|larger than the largest/,
      /(?:input|text|prompt|content|query) length (?:should|must|is larger|out of)|range of input length/,
      /max bytes|larger than the max|size (?:exceeds|limit|must|should|is larger)/,
      /member must have length less than|expected max ?length|maxlength: \d|content exceeds/,
      /(?:string|array) above max|too large to process|image exceeds|(?:request|payload|file|body) size/,
    ),
    unless: anyOf(
      /not found|too many tokens, please wait|must not be (?:empty|zero)|no file|rate ?limit|quota|timeout/,
      /time out|greater than (?:0|zero)|at least 1\b/,
    ),
  },
  {
    rule: "size.batch",
    class: "input_too_large",
    pattern: anyOf(
      /batch size.{0,40}(?:larger|exceed|invalid|must|at most|max|limit)/,
      /(?:at most|maximum of|up to|no more than|max(?:imum)?) \d{1,7} (?:requests|items|inputs?|texts?|documents|images?|elements|strings|entries|chunks|contents)\b/,
      /(?:list|array|batch|inputs?|texts|documents).{0,40}(?:at most|no more than|fewer than|less than|exceed|maximum|larger than|greater than|max).{0,16}\d/,
      /(?:number|count|total) (?:of )?(?:\w{1,12} ){0,3}(?:images?|inputs?|texts|documents|items|messages|tokens)(?: in batch)? (?:is |are )?(?:exceed|too large|larger|over)/,
      /too many (?:inputs?|texts|documents|images?|items|elements|tokens in batch)/,
      /tokens per submitted batch|(?:total|max(?:imum)?) (?:number of )?(?:texts|inputs|documents|items)/,
      /many image requests|too many tokens(?!, please wait)/,
    ),
    unless: /min(?:imum)? (?:length|items)|rate ?limit|must not be empty|for team|please wait/,
  },
  {
    rule: "size.zh",
    class: "input_too_large",
    pattern: anyOf(
      /(?:输入|上下文|文本|内容|请求体|长度|提示词|图片|文件|消息|tokens?).{0,16}(?:过长|过大|太长|太大|超长|超出|超过).{0,20}/,
      /超(?:过|出).{0,12}(?:最大|长度|上下文|大小|尺寸)/,
    ),
    unless: /频率|限流|额度|配额|次数|每分钟|并发|速率/,
  },

  {
    rule: "overload.pool",
    class: "transient",
    pattern: anyOf(
      /temporarily rate limited|resource has been exhausted|shared pool|no capacity|at capacity/,
      /capacity (?:limit|exceeded|exhausted|reached)|being throttled|upstream (?:负载|load)|负载已饱和/,
      /no available keys|retry shortly/,
    ),
  },
  {
    rule: "billing",
    class: "quota_exceeded",
    pattern: anyOf(
      /insufficient .{0,24}(?:quota|balance|credit|fund|tokens? quota)/,
      /(?:balance|credits?|funds?|quota|allowance|allocation)\b.{0,30}(?:insufficient|not enough|too low|is low|empty|exhaust|deplet|used up|ran out|run out|negative|reached|exceed|expired)/,
      /(?:not enough|no more|out of|no remaining|don't have (?:enough|any|sufficient)|doesn't have (?:enough|any|sufficient)|run out of|ran out of|lack) (?:\w{1,16} ){0,3}(?:balance|credits?|quota|funds?|tokens left)/,
      /used (?:up|all|your|too) .{0,40}(?:credits?|quota|allocation|free|allowance|monthly|limit|points|balance)/,
      /(?:exceed\w{0,3}|reach\w{0,3}|hit|over|crossed|exhausted) .{0,60}(?:quota|budget|spend(?:ing)?|billing|credits?|usage limit|hard limit|inference limit|plan limit|limit for your plan)/,
      /(?:usage|spend(?:ing)?|billing|budget|credit|plan|subscription|cost) (?:hard |soft )?(?:limit|cap|quota|budget).{0,30}(?:reach|exceed|exhaust|hit|set)/,
      /(?:hit|reached|over|exceeded) (?:\w{1,12} ){0,3}cap\b|budget.{0,24}exceed|maximum billing/,
      /payment required/,
      /(?:add|buy|purchase|need|requires?|top up) (?:more |additional |some |paid )?(?:\w{1,12} )?credits?/,
      /recharge|top ?up|can only afford|extra usage is required|safe experience mode/,
      /free (?:tier|trial|quota|allocated quota|plan|credits).{0,30}(?:exhaust|exceed|end|used|over|only|expired|finish)/,
      /limit exhausted|quota (?:exhaust|exceed|limit|not enough|used|reached)|quota:? ＄|pre consumed? quota/,
      /api usage limits|(?:hit|reached) (?:your|the) (?:\w{1,16} ){0,3}limit\b(?! of the| for this request)/,
    ),
  },
  {
    rule: "billing.zh",
    class: "quota_exceeded",
    pattern: anyOf(
      /余额(?:不足|已|为|耗尽)|额度(?:不足|已|用|耗|超|限|失败)/,
      /(?:配额|限额|用量|资源包|套餐|积分|次数|费用).{0,10}(?:不足|用尽|用完|耗尽|超|已达|上限|限制|到期|恢复|重置)|使用上限/,
      /(?:超出|超过|达到).{0,10}(?:额度|配额|限额|上限)|充值|(?:剩余|可用)额度/,
    ),
    unless: /频率|限流|每分钟|每秒|并发/,
  },
  {
    rule: "arrears",
    class: "auth",
    pattern: anyOf(
      /\barrear|overdue|past due|欠费|账单逾期|in good standing/,
      /account\b.{0,60}(?:not active|inactive|deactivated)|billing (?:is )?not active/,
      /(?:payment|invoice)s? (?:is |was |has |method )?(?:failed|declined|unpaid)/,
    ),
  },

  // the sentences that blame how the request is built, which also speak of models, access and tokens
  {
    rule: "request.parameter",
    class: "permanent",
    pattern: anyOf(
      /(?:unsupported|unknown|unrecognized|unexpected|invalid|illegal|missing|extra|extraneous|duplicate) (?:required |request |input |query |body )?(?:parameter|param|argument|field|keyword|property|key \[|enum|value|tool|function|role|message format|schema|json|content type|media type|image|inputs?\b)/,
      /(?:parameter|param|argument|field|property)s?\b.{0,40}(?:is invalid|not supported|unsupported|is required|missing|are required|not permitted|not allowed)/,
      /is only supported by certain|is not a vlm|malformed (?:input|request)|value error,|validation error/,
      /incorrect (?:\w{1,12} ){0,3}param\w{0,6}|required key|input validation|failed to parse|cannot parse/,
      /json (?:parse|decode|schema)/,
    ),
    unless: anyOf(
      /(?:api ?key|credential|token|authoriz|authenticat)\w{0,8}.{0,24}(?:invalid|missing|required|expired)/,
      /(?:invalid|missing|incorrect) (?:\w{1,12} ){0,2}(?:api ?key|credential|authoriz)|unknown model/,
      /invalid model/,
    ),
  },
  {
    rule: "request.conversation",
    class: "permanent",
    pattern: anyOf(
      /roles? must/,
      /(?:user|assistant|tool|system|function)(?: \w{1,10}){0,3} messages?\b.{0,60}(?:must|should|alternate|follow|preced|insufficient)/,
      /insufficient tool messages|function ?call turn/,
      /tool(?: |_)?(?:call|use|result|choice)s?\b.{0,60}(?:must|did not|without|missing|fail|require|not found|unexpected|invalid)/,
      /failed to call a function|must contain the word|must alternate|chat template|enable auto tool choice/,
      /does(?: not|n't) support (?:chat|tools?|image|vision|video|audio|function|stream|json|system|temperature|embedding|completions?|generate|this|thinking|reasoning|response format|parallel)/,
      /(?:image|vision|tool|function|audio|video)\w{0,6} (?:input|calling|use)?.{0,16}(?:is |are )?not supported/,
      /image input is not|unsupported image|(?:must|should|can) not be empty/,
      /must be (?:provided|specified|set|non ?empty|a |an |one of|in |greater|at least|user)|empty string/,
      /page not found|invalid url|unknown url|no such route|unknown request url|path not ?found/,
    ),
    unless: /api ?key|credential|auth ?token|must be a member/,
  },

  {
    rule: "auth.region",
    class: "auth",
    pattern: anyOf(
      /(?:country|region|territory|location|geograph)\w{0,8}\b.{0,60}(?:not (?:supported|available|allowed)|unsupported|restricted|blocked|forbidden|disallow)/,
      /(?:un(?:supported|available)|not (?:available|supported|allowed)) .{0,16}(?:country|region|territory|location|geograph)/,
      /\bip\b.{0,50}(?:not (?:allowed|authorized|in|permitted)|white ?list|allow ?list|blocked|approved|restricted|denied)/,
      /approved ip|(?:by|behind|in|and|\/|the) (?:\w{1,12} )?firewall (?:rule|polic)/,
      /blocked by .{0,20}firewall|virtual network|vnet|private endpoint|public access is disabled/,
      /network access|网段|地区|ip ?(?:白名单|限制)|当前 ?ip|ip ?(?:地址)?.{0,6}(?:不在|不允许|被禁|受限)/,
    ),
  },
  {
    rule: "auth.key",
    class: "auth",
    pattern: anyOf(
      /(?:invalid|incorrect|wrong|missing|bad|expired|revoked|malformed|no|unknown|illegal|disabled|inactive|not a valid|valid|provide|without|unrecognized|failed to verify|leaked|reported as leaked) (?:\w{1,16} ){0,3}(?:api ?keys?|api ?token|access ?keys?|access ?token|security token|session token|auth\w{0,10}(?: header| token| key| credentials?)?|credentials?|subscription key|secret|signature|bearer|tokens?\b(?! (?:in|count|number|limit|per|left))|client id|app ?id|cookie)/,
      /(?:api ?keys?|access ?keys?|access ?token|security token|credentials?|token|subscription key|secret|signature|ak\/sk)\b.{0,40}(?:invalid|expired|not valid|incorrect|not found|revoked|disabled|missing|required|does(?: not|n't) exist|not exist|deleted|leaked|suspended|not active|not provided|was not|is not allowed|mismatch|not match|inactive)/,
      /could not resolve auth|authentication (?:fail|error|required|method|parameter|is required|token)/,
      /auth(?:entication)? fail|not authenticated|unauthenticated|unauthori[sz]ed|invalid auth/,
      /user not found|no cookie auth|\blogin\b.{0,20}(?:required|fail|expired)|log in again|sign in again/,
      /re ?authenticate|api ?key required|jwt|token is unusable|invalid (?:grant|client\b)/,
      /api ?key\b.{0,60}(?:must be (?:set|provided)|not configured|not set|environment variable)/,
    ),
    unless: /unexpected token|invalid token count/,
  },
  {
    rule: "auth.access",
    class: "auth",
    pattern: anyOf(
      /access (?:is |was |to .{1,60} (?:is |was )?|has been )?(?:denied|disabled|restricted|forbidden|revoked|blocked|not allowed)/,
      /access ?denied|permission ?denied|operation not allowed|must be a member of|(?:project|organization|workspace)\b.{0,40}archived/,
      /(?:no|not|lacks?|lacking|insufficient|missing|without|don't have|does(?: not|n't) have|do not have|required) (?:\w{1,16} ){0,4}(?:permissions?|access|entitle\w{1,6}|privileges?|scopes?|role to|the right)/,
      /caller does not have permission/,
      /not (?:authorized|allowed|permitted|entitled|eligible|enabled|whitelisted|subscribed) (?:to|for)/,
      /is not authorized|forbidden|must be verified/,
      /verify (?:your )?(?:organization|account|identity|phone|email)|marketplace/,
      /(?:account|user|organization|org|workspace|project|team|key|consumer|tenant)\b.{0,60}(?:suspended|banned|disabled|locked|deactivated|blocked|frozen|terminated|restricted|not found|does not exist|inactive|abnormal|not activated|must accept|cancelled|closed)/,
      /has not been used in project|api (?:is )?(?:disabled|not enabled|has not been)/,
      /accept (?:the )?(?:terms|license)/,
      /(?:subscription|plan|tier|package)\b.{0,80}(?:not (?:valid|found|support|include|active|available|yet)|expired|invalid|inactive|does not include|doesn't include|cancel|missing|required|no longer)/,
      /(?:invalid|no valid|no active|expired) (?:\w{1,12} )?(?:subscription|plan|license)/,
      /only available (?:to|for|on)|upgrade (?:your|to a) (?:plan|tier|account)|allowed only from/,
      /apply for access|gated/,
    ),
  },
  {
    rule: "auth.model",
    class: "auth",
    pattern: anyOf(
      /(?:model|deployment|endpoint|engine|inference profile)s?\b.{0,120}(?:not ?found|not ?exist|n't exist|does ?not exist|not (?:been )?(?:available|accessible|permitted|enabled|deployed|activated|open|configured|supported|allowed|valid|recogni[sz]ed|registered|loaded)|no longer|deprecated|retired|decommissioned|shut ?down|disabled|is invalid|unsupported|access ?disabled|not ?open|end of (?:its )?life|discontinued)/,
      /(?:unknown|invalid|no such|unsupported|unrecognized|nonexistent|non ?existent|no) (?:model|deployment|engine)\b/,
      /(?:does not work with|isn't supported for) the specified model|not a valid model/,
      /not found,? try pulling|on demand throughput|inference profile|non serverless|dedicated endpoint/,
      /permitted models|publisher model|not ?found (?:error )?(?:the )?model|no model found/,
      /(?:^|\n)model: [\w.:/ -]{1,80}$|could not find model|unable to find model|cannot find model/m,
      /no healthy deployment|model ?id ?access/,
    ),
    unless: /no deployments available|temporar|overload|loading|rate ?limit|currently unavailable|unavailable/,
  },
  {
    rule: "auth.zh",
    class: "auth",
    pattern: anyOf(
      /无效的?(?:令牌|密钥|key|token|凭证|api)/,
      /(?:令牌|密钥|api ?key|token|凭证|签名).{0,12}(?:无效|过期|不可用|错误|不正确|不存在|禁用|失效|未提供|缺失)|未提供令牌|未授权|无权|没有权限|权限不足/,
      /无访问权限|鉴权|认证失败|身份(?:验证|认证)|禁用|封禁|封号|冻结|锁定|未开通|未实名|实名认证|(?:模型|接入点).{0,20}(?:不存在|未开通|不支持|下线|未找到|无权)/,
      /用户(?:不存在|已被|被)|不支持该模型|白名单/,
    ),
    unless: /无可用渠道/,
  },

  {
    rule: "rate",
    class: "transient",
    pattern: anyOf(
      /rate ?limit|rate is limited|too many (?:concurrent )?requests|too many (?:connections|tokens)/,
      /throttl|too frequent|request limit|request rate/,
      /requests? (?:are |is |was )?(?:\w{1,12} )?too (?:fast|quickly|frequent)|increased too quickly|burst/,
      /slow(?: |_)?down|max request|reached max|queue (?:is )?full|queue limit|flow control|flow limit|qps/,
      /限流|限速|频率|速率|频繁|请求(?:过多|过快|次数)|太快/,
    ),
  },
  {
    rule: "overload",
    class: "transient",
    pattern: anyOf(
      /overload|capacity/,
      /(?:server|system|model|engine|service|node|backend)s?\b.{0,24}(?:is |are )?(?:really |too |very |currently )?(?:busy|loading|starting|warming|unhealthy|not ready)/,
      /(?:temporar\w{1,4}|currently|momentarily) (?:unavailable|at|down|unable|out of|disabled|not available)/,
      /high (?:demand|load|traffic|volume)|heavy (?:load|traffic|demand)/,
      /(?:service|endpoint|server|upstream|model|backend) (?:is |was |currently |temporarily |are ){0,3}(?:unavailable|busy|down)/,
      /no (?:healthy |available )(?:upstream|channel|server|worker|deployment|replica|instance|backend|key)/,
      /no deployments available|worker.{0,24}limit reached|cold ?start|out of memory|cuda|过载|繁忙|负载|访问量过大|高峰/,
      /无可用渠道|服务(?:暂时?)?不可用|拥挤|资源紧张|排队|稍后(?:再试|重试)/,
    ),
  },
  { rule: "quota", class: "quota_exceeded", pattern: /\bquota\b/ },
];
