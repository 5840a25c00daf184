-- Adds facts as deliveries of one webhook. A delivery that exists is left alone, so a repeat has no effect.
-- KEYS[1] health  [2] deliveries  [3] log  [4] line  [5] places  [6] due  [7] ended  [8] and on: its other keys
-- ARGV[1] now (ms)  [2] when the webhook was made (ms)  [3] how many may wait (empty: any number)
--   then per delivery: id, subject, the delivery (JSON)
-- Returns how many were new; -1 where another webhook has been made under its id since; -2 where too many wait, and nothing was added.
local born, mine = tonumber(redis.call('HGET', KEYS[1], 'born') or 0), tonumber(ARGV[2])
if born > mine then return -1 end
-- The data is of a former webhook whose deletion did not finish; webhooks of release 0.1.0 have no time.
if born > 0 and born < mine then redis.call('UNLINK', unpack(KEYS)) end
if born ~= mine then redis.call('HSET', KEYS[1], 'born', ARGV[2]) end
local most = tonumber(ARGV[3])
if most and redis.call('ZCARD', KEYS[4]) >= most then return -2 end
local added = 0
for i = 4, #ARGV, 3 do
  local id, subject = ARGV[i], ARGV[i + 1]
  if not redis.call('ZSCORE', KEYS[7], id) and redis.call('HSETNX', KEYS[2], id, ARGV[i + 2]) == 1 then
    added = added + 1
    local order = redis.call('HINCRBY', KEYS[1], 'order', 1)
    redis.call('ZADD', KEYS[3], order, id)
    local place = subject .. '\0' .. string.format('%015d', order) .. '\0' .. id
    redis.call('HSET', KEYS[5], id, place)
    redis.call('ZADD', KEYS[4], 0, place)
    local first = redis.call('ZRANGEBYLEX', KEYS[4], '[' .. subject .. '\0', '(' .. subject .. '\1', 'LIMIT', 0, 1)
    if first[1] == place then redis.call('ZADD', KEYS[6], ARGV[1], id) end
  end
end
return added
