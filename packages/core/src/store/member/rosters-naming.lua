-- Which rosters of a lane may name an address: those that have it, and those with members who are still to be indexed.
-- KEYS two for each roster: index, unindexed   ARGV[1] address (lower-cased)
-- Returns their numbers, from 0
local found = {}
for i = 1, #KEYS, 2 do
  local place, field = placeOf(KEYS[i], ARGV[1])
  if redis.call('HEXISTS', place, field) == 1 or redis.call('EXISTS', KEYS[i], KEYS[i + 1]) > 0 then found[#found + 1] = (i - 1) / 2 end
end
return found
