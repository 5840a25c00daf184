-- A visit sends calls that it has reserved: from here on they count as sent, even if the visit dies.
-- KEYS[1] budget   ARGV[1] the visit  [2] how many, or less than 0 for those that were not sent after all
-- Returns how many are sent, since the visit may have fewer reserved (or none any more), and when they were reserved (ms).
local held = redis.call('HMGET', KEYS[1], 'holder', 'spare', 'spareAt')
if held[1] ~= ARGV[1] then return { 0, '0' } end
local begun = math.min(tonumber(ARGV[2]), tonumber(held[2] or 0))
redis.call('HINCRBY', KEYS[1], 'spare', -begun)
return { begun, held[3] or '0' }
