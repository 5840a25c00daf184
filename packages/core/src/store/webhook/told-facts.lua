-- Drops the oldest facts, unless another process has dropped them already (then the oldest is another one), and reads the next ones.
-- KEYS[1] list of facts  [2] the process that sends
-- ARGV[1] token  [2] the oldest fact that was sent (JSON)  [3] how many were sent  [4] how many to read at most
-- Returns the oldest facts (JSON); if none is left, another process may send again.
if redis.call('LINDEX', KEYS[1], 0) == ARGV[2] then redis.call('LTRIM', KEYS[1], ARGV[3], -1) end
local facts = redis.call('LRANGE', KEYS[1], 0, ARGV[4] - 1)
if #facts == 0 and redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return facts
