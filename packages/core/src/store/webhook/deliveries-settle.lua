-- Records how a try ended, and which delivery comes next.
-- KEYS[1] deliveries  [2] log  [3] line  [4] places  [5] due  [6] in flight  [7] ended  [8] forwards  [9] health
-- ARGV[1] now (ms)  [2] delivery id  [3] until when the claim holds (ms)  [4] delivered|failed|dropped|again|released
--     [5] the delivery (JSON)  [6] its next try (ms), for again, and for released where it is not now  [7] after how long without a success to disable (ms)
--     [8] ended deliveries kept  [9] for how long the id of one is kept in any case (ms)  [10] for how long at most (ms)
--     [11] failures in a row that make an outage
-- Returns { lost|settled, 1 where a success ended an outage, 1 where the endpoint was disabled }
-- lost: the claim ran out and another worker tries it, or the webhook is gone.
local now, id, how = tonumber(ARGV[1]), ARGV[2], ARGV[4]
local held = redis.call('ZSCORE', KEYS[6], id)
if not held or tonumber(held) ~= tonumber(ARGV[3]) then return { 'lost', 0, 0 } end
redis.call('ZREM', KEYS[6], id)
if how == 'released' then
  redis.call('ZADD', KEYS[5], ARGV[6] == '' and now or ARGV[6], id)
  return { 'settled', 0, 0 }
end
redis.call('HSET', KEYS[1], id, ARGV[5])
if how == 'again' then
  redis.call('ZADD', KEYS[5], ARGV[6], id)
else
  local place = redis.call('HGET', KEYS[4], id)
  if place then
    redis.call('ZREM', KEYS[3], place)
    local subject = string.sub(place, 1, string.find(place, '\0', 1, true) - 1)
    local first = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. subject .. '\0', '(' .. subject .. '\1', 'LIMIT', 0, 1)[1]
    -- After the subject and the 15 digits of the order.
    if first then redis.call('ZADD', KEYS[5], now, string.sub(first, #subject + 18)) end
  end
  redis.call('HDEL', KEYS[4], id)
  redis.call('HDEL', KEYS[8], id)
  redis.call('ZADD', KEYS[7], now, id)
  -- Of deliveries older than the newest ones only the id is kept, should a process send that fact again: many deliveries would fill this one slot.
  for _, former in ipairs(redis.call('ZREVRANGE', KEYS[7], ARGV[8], tonumber(ARGV[8]) + 1)) do
    redis.call('HDEL', KEYS[1], former)
    redis.call('ZREM', KEYS[2], former)
  end
end

local excess = redis.call('ZCARD', KEYS[7]) - tonumber(ARGV[8])
local oldest = redis.call('ZRANGE', KEYS[7], 0, 49, 'WITHSCORES')
for i = 1, #oldest, 2 do
  local age = now - tonumber(oldest[i + 1])
  if age > tonumber(ARGV[10]) or (i < excess * 2 and age > tonumber(ARGV[9])) then
    redis.call('ZREM', KEYS[7], oldest[i])
    redis.call('ZREM', KEYS[2], oldest[i])
    redis.call('HDEL', KEYS[1], oldest[i])
  end
end

if how == 'dropped' then return { 'settled', 0, 0 } end
if how == 'delivered' then
  local failures = tonumber(redis.call('HGET', KEYS[9], 'failures') or 0)
  redis.call('HDEL', KEYS[9], 'failures', 'failingSince')
  return { 'settled', failures >= tonumber(ARGV[11]) and 1 or 0, 0 }
end
redis.call('HINCRBY', KEYS[9], 'failures', 1)
redis.call('HSETNX', KEYS[9], 'failingSince', now)
local since = tonumber(redis.call('HGET', KEYS[9], 'failingSince'))
if now - since < tonumber(ARGV[7]) then return { 'settled', 0, 0 } end
return { 'settled', 0, redis.call('HSETNX', KEYS[9], 'disabledAt', now) }
