/**
 * Where a number in a sentence is a status, and not a port, a token count, a line or a date.
 *
 * Each pattern's first group is the number; every quantifier is bounded, so that a long run of blanks costs no more than its length.
 */
const statusPositions: readonly RegExp[] = [
  /(?<![\w.])(?:error[ _]?code|status(?:[ _]?code)?|http(?:\/\d(?:\.\d)?)?(?:[ _]?(?:status|error))?(?:[ _]?code)?|(?:response|return)[ _]?code|code|api|错误码|状态码)[\s:：='"`*([<_]{0,6}(?:error[\s:]{1,3})?([45]\d\d)(?![\da-f]{3}|\d|-|\.\d)/gi,
  /(?:^|\b\w{0,40}(?:Error|Exception)\b:?\s{0,3}|\berror:?\s{1,3}|\()\W{0,3}([45]\d\d)(?=[\s:{,\-–—)]|$)(?!\s{1,3}(?:tokens?|characters?|chars?|requests?|items?|bytes?|ms|milliseconds?|seconds?|minutes?|kb|mb|images?|messages?|documents?|times?)\b)/gi,
  /\b(?:returned|responded with|answered|got|received)(?: with| an?| http| status| code){0,3} ([45]\d\d)(?=[\s:.,;)]|$)(?!\s{1,3}(?:tokens?|bytes?|ms|items?|characters?|messages?|chunks?|events?|images?)\b)/gi,
  /(?:\[|<|')([45]\d\d)(?=[>\]' ])(?!\s\d)/g,
  /\b([45]\d\d)\s{1,2}(?:Bad Request|Unauthorized|Authorization Required|Payment Required|Forbidden|Not Found|Request Timeout|Conflict|Request Entity Too Large|Payload Too Large|Unprocessable|Too Many Requests|Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out|status code)/gi,
];

/** The statuses that a sentence names in a status position, in the order in which they stand. */
export function statusesIn(text: string): readonly number[] {
  const found: { at: number; status: number }[] = [];
  for (const pattern of statusPositions) {
    for (const match of text.matchAll(pattern))
      found.push({ at: match.index + match[0].length, status: Number(match[1]) });
  }
  return found.sort((one, other) => one.at - other.at).map(({ status }) => status);
}
