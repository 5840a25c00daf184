-- Drops the oldest facts, unless somebody else has dropped them already (the oldest is another one then), and reads on.
-- KEYS[1] list of facts  [2] who tells
-- ARGV[1] token  [2] the oldest of those that were told (JSON)  [3] how many were told  [4] how many to read at most
-- Returns the oldest facts (JSON); where none is left, others may tell again.
if redis.call('LINDEX', KEYS[1], 0) == ARGV[2] then redis.call('LTRIM', KEYS[1], ARGV[3], -1) end
local facts = redis.call('LRANGE', KEYS[1], 0, ARGV[4] - 1)
if #facts == 0 and redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return facts
