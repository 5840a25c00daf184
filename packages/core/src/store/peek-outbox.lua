-- Reads the oldest recorded changes, those asked for now first, bulk last; none while the lane is paused.
-- KEYS[1] lane  [2..4] outboxes, the most urgent one first   ARGV[1] how many at most of each
-- Returns 'paused' | { words, words, words }
if redis.call('HGET', KEYS[1], 'paused') == '1' then return 'paused' end
local found = {}
for i = 2, 4 do found[i - 1] = redis.call('ZRANGE', KEYS[i], 0, ARGV[1] - 1) end
return found
