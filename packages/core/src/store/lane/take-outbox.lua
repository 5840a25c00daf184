-- Reads the oldest recorded changes, those asked for now first, bulk last, for the process that makes jobs of them. One process at a time does:
-- two would do no harm, but would do the same work.
-- KEYS[1] enqueuing  [2..4] outboxes, the most urgent one first
-- ARGV[1] token  [2] how long others keep away (ms)  [3] how many at most
-- Returns 'busy' | { { word, arrival, … }, { … }, { … } }, an empty list where nothing is recorded
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 'busy' end
local found, left = {}, tonumber(ARGV[3])
for i = 2, 4 do
  local entries = left > 0 and redis.call('ZRANGE', KEYS[i], 0, left - 1, 'WITHSCORES') or {}
  left = left - #entries / 2
  found[i - 1] = entries
end
if left == tonumber(ARGV[3]) then
  if held then redis.call('DEL', KEYS[1]) end
  return {}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return found
