-- Sends a delivery once more under its id: behind other pending deliveries of its subject, or at once if it is pending itself.
-- KEYS[1] deliveries  [2] line  [3] places  [4] due  [5] in flight  [6] ended  [7] health
-- ARGV[1] now (ms)  [2] delivery id  [3] its subject  [4] the JSON that was read  [5] the new JSON
-- Returns done, trying (being tried right now: left alone), or changed (read it again).
local id, subject = ARGV[2], ARGV[3]
if redis.call('HGET', KEYS[1], id) ~= ARGV[4] then return 'changed' end
if redis.call('ZSCORE', KEYS[5], id) then return 'trying' end
redis.call('HSET', KEYS[1], id, ARGV[5])
if redis.call('HEXISTS', KEYS[3], id) == 1 then
  redis.call('ZADD', KEYS[4], 'XX', ARGV[1], id)
  return 'done'
end
redis.call('ZREM', KEYS[6], id)
local order = redis.call('HINCRBY', KEYS[7], 'order', 1)
local place = subject .. '\0' .. string.format('%015d', order) .. '\0' .. id
redis.call('HSET', KEYS[3], id, place)
redis.call('ZADD', KEYS[2], 0, place)
local first = redis.call('ZRANGEBYLEX', KEYS[2], '[' .. subject .. '\0', '(' .. subject .. '\1', 'LIMIT', 0, 1)
if first[1] == place then redis.call('ZADD', KEYS[4], ARGV[1], id) end
return 'done'
