/*
 * What must happen in the store as one thing. Each script asks for the store's time itself: it is what orders a fleet
 * whose clocks differ (S15). Redis ≥ 6.2 and Valkey replicate what a script did, not the script, so that it may.
 *
 * They touch keys of one namespace only, which share a hash tag: a cluster holds them in one slot.
 */

const storeTime = `
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
`;

/**
 * Puts a model in the place of the one with a stamp, and tells everyone.
 *
 * KEYS: model, served, changes, changed, probe. ARGV: expected stamp, stamp, body, era, lifetime in ms, channel, model's
 * name, replica. Returns `{1, time}`, or `{0, time, storedAt, body, served…}` with what is there instead.
 */
export const writeScript = `${storeTime}
local found = redis.call('HMGET', KEYS[1], 'stamp', 'at', 'body', 'era')
if (found[1] or '') ~= ARGV[1] then
  return { 0, now, found[2] or '', found[3] or '', redis.call('HGETALL', KEYS[2]) }
end
redis.call('HSET', KEYS[1], 'stamp', ARGV[2], 'at', now, 'body', ARGV[3], 'era', ARGV[4])
if found[4] ~= ARGV[4] then redis.call('HDEL', KEYS[1], 'counted') end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
local change = redis.call('INCR', KEYS[3])
redis.call('ZADD', KEYS[4], change, ARGV[7])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
redis.call('PEXPIRE', KEYS[4], ARGV[5])
redis.call('PUBLISH', ARGV[6], now .. ' ' .. ARGV[7] .. ' ' .. ARGV[3])
return { 1, now }
`;

/**
 * Claims a model's probe, for as long as `ARGV[3]` says.
 *
 * KEYS: model, probe. ARGV: stamp (`?`: any), replica, ms. Returns `ours`, `taken` or `outdated`.
 */
export const claimScript = `
if ARGV[1] ~= '?' and (redis.call('HGET', KEYS[1], 'stamp') or '') ~= ARGV[1] then return 'outdated' end
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[2] then return 'taken' end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 'ours'
`;

/** Gives a probe back. KEYS: probe. ARGV: replica. */
export const releaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;

/**
 * The regular word of a replica: it lives, this has it counted, these probes are its own; what has changed?
 *
 * KEYS: lineage, changes, changed, alive, seen, counted-up-to. ARGV: prefix of all keys, replica, a name for a new
 * lineage, the last change it knows of (-1: it wants all), number of the counts, the counts, its probes, their lifetime in
 * ms, everything's lifetime in ms, after how many ms of silence a replica is gone.
 *
 * Counts have a number, so that those whose answer was lost are not counted twice.
 */
export const exchangeScript = `${storeTime}
local prefix, replica, forLife = ARGV[1], ARGV[2], ARGV[9]
redis.call('SET', KEYS[1], ARGV[3], 'NX')
redis.call('PEXPIRE', KEYS[1], forLife)

local counted = {}
if tonumber(redis.call('GET', KEYS[6]) or '0') < tonumber(ARGV[5]) then
  redis.call('SET', KEYS[6], ARGV[5], 'PX', 3600000)
  for _, each in ipairs(cjson.decode(ARGV[6])) do
    local model = prefix .. 'model:' .. each.model
    if each.counted > 0 and redis.call('HGET', model, 'era') == each.era then
      local all = redis.call('HINCRBY', model, 'counted', each.counted)
      counted[#counted + 1] = { each.model, each.era, all }
    end
    if redis.call('EXISTS', model) == 1 then redis.call('PEXPIRE', model, forLife) end
    local usage, served = prefix .. 'usage:' .. each.model, prefix .. 'served:' .. each.model
    for _, count in ipairs(each.usage) do redis.call('HINCRBY', usage, count[1], count[2]) end
    for _, credential in ipairs(each.served) do
      redis.call('HSET', served, credential[1], string.format('%.0f', credential[2]))
    end
    redis.call('PEXPIRE', usage, forLife)
    redis.call('PEXPIRE', served, forLife)
  end
end

for _, model in ipairs(cjson.decode(ARGV[7])) do
  local probe = prefix .. 'probe:' .. model
  if redis.call('GET', probe) == replica then redis.call('PEXPIRE', probe, ARGV[8]) end
end

local latest = redis.call('GET', KEYS[2]) or '0'
local since = tonumber(ARGV[4])
if since > tonumber(latest) then since = -1 end
local models = {}
if since < tonumber(latest) then
  for _, model in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. since, '+inf')) do
    local found = redis.call('HMGET', prefix .. 'model:' .. model, 'at', 'body')
    if found[2] then models[#models + 1] = { model, found[1], found[2] } end
  end
end

redis.call('ZADD', KEYS[4], now, replica)
redis.call('ZADD', KEYS[5], latest, replica)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now - ARGV[10])) do
  redis.call('ZREM', KEYS[4], gone)
  redis.call('ZREM', KEYS[5], gone)
end
redis.call('PEXPIRE', KEYS[4], forLife)
redis.call('PEXPIRE', KEYS[5], forLife)
return {
  now, redis.call('GET', KEYS[1]), latest, models, counted,
  redis.call('ZCARD', KEYS[4]), redis.call('ZCOUNT', KEYS[5], '-inf', '(' .. latest),
}
`;
