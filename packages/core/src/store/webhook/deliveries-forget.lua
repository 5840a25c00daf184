-- Forgets deliveries that ended; one that is pending, or became so by a replay, stays.
-- KEYS[1] deliveries  [2] log  [3] places  [4] ended
-- ARGV the delivery ids
-- Returns how many were forgotten.
local forgotten = 0
for _, id in ipairs(ARGV) do
  if redis.call('HEXISTS', KEYS[3], id) == 0 then
    forgotten = forgotten + redis.call('HDEL', KEYS[1], id)
    redis.call('ZREM', KEYS[2], id)
    redis.call('ZREM', KEYS[4], id)
  end
end
return forgotten
