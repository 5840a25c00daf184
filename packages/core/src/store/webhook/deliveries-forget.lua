-- Forgets deliveries that ended; one that is pending, or became so by a replay, stays, unless its endpoint is disabled: nothing is sent there.
-- KEYS[1] deliveries  [2] log  [3] places  [4] ended  [5] health  [6] line  [7] due  [8] in flight  [9] forwards
-- ARGV the delivery ids
-- Returns how many were forgotten.
local isDisabled = redis.call('HEXISTS', KEYS[5], 'disabledAt') == 1
local forgotten = 0
for _, id in ipairs(ARGV) do
  local place = redis.call('HGET', KEYS[3], id)
  if place and isDisabled and not redis.call('ZSCORE', KEYS[8], id) then
    redis.call('ZREM', KEYS[6], place)
    redis.call('HDEL', KEYS[3], id)
    redis.call('ZREM', KEYS[7], id)
    redis.call('HDEL', KEYS[9], id)
    place = nil
  end
  if not place then
    forgotten = forgotten + redis.call('HDEL', KEYS[1], id)
    redis.call('ZREM', KEYS[2], id)
    redis.call('ZREM', KEYS[4], id)
  end
end
return forgotten
