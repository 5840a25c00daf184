-- A call that a visit has in hand goes out: from here on it counts as sent, also when the visit dies.
-- KEYS[1] budget   ARGV[1] the visit
-- Returns when it was reserved (ms), or empty where the visit has none in hand (any more).
local held = redis.call('HMGET', KEYS[1], 'holder', 'spare', 'spareAt')
if held[1] ~= ARGV[1] or tonumber(held[2] or 0) < 1 then return '' end
redis.call('HINCRBY', KEYS[1], 'spare', -1)
return held[3]
