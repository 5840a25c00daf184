-- Drops the oldest facts, unless somebody else has dropped them already (the oldest is another one then).
-- KEYS[1] list of facts
-- ARGV[1] the oldest of those that were told (JSON)  [2] how many
-- Returns 1 when dropped, 0 when left alone.
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then return 0 end
redis.call('LTRIM', KEYS[1], ARGV[2], -1)
return 1
