-- Calls that a visit has in hand go out: from here on they count as sent, also when the visit dies.
-- KEYS[1] budget   ARGV[1] the visit  [2] how many, or -1 for one that did not go out after all
-- Returns how many did, since the visit may have fewer in hand (or none any more), and when they were reserved (ms).
local held = redis.call('HMGET', KEYS[1], 'holder', 'spare', 'spareAt')
if held[1] ~= ARGV[1] then return { 0, '0' } end
local begun = math.min(tonumber(ARGV[2]), tonumber(held[2] or 0))
redis.call('HINCRBY', KEYS[1], 'spare', -begun)
return { begun, held[3] or '0' }
