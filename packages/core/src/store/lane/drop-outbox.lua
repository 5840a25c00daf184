-- Takes entries that have a job now out of the outboxes. An entry that was recorded again since it was read stays.
-- KEYS[1] enqueuing  [2..4] outboxes  [5] lease of the lane
-- ARGV[1] token  [2] what stands before a job's id in its key
--     then number of the outbox (2..4), word, arrival, id of the job that must be there, or empty, for each, a thousand at most
-- Returns { still recorded, leased (0|1) }
local words, arrivals = { [2] = {}, [3] = {}, [4] = {} }, { [2] = {}, [3] = {}, [4] = {} }
for i = 3, #ARGV, 4 do
  local at = tonumber(ARGV[i])
  if ARGV[i + 3] == '' or redis.call('EXISTS', ARGV[2] .. ARGV[i + 3]) == 1 then
    words[at][#words[at] + 1] = ARGV[i + 1]
    arrivals[at][#arrivals[at] + 1] = ARGV[i + 2]
  end
end
for at = 2, 4 do
  local gone = {}
  for i, arrival in ipairs(#words[at] > 0 and redis.call('ZMSCORE', KEYS[at], unpack(words[at])) or {}) do
    if arrival == arrivals[at][i] then gone[#gone + 1] = words[at][i] end
  end
  if #gone > 0 then redis.call('ZREM', KEYS[at], unpack(gone)) end
end
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return { countRecorded(2), redis.call('EXISTS', KEYS[5]) }
