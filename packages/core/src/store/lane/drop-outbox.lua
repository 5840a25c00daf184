-- Takes entries that have a job now out of the outboxes. An entry that was recorded again since it was read stays.
-- KEYS[1] enqueuing  [2..4] outboxes  [5] lease of the lane
-- ARGV[1] token  [2] what stands before a job's id in its key
--     then number of the outbox (2..4), word, arrival, id of the job that must be there, or empty, for each
-- Returns { still recorded, leased (0|1) }
for i = 3, #ARGV, 4 do
  local key = KEYS[tonumber(ARGV[i])]
  local hasJob = ARGV[i + 3] == '' or redis.call('EXISTS', ARGV[2] .. ARGV[i + 3]) == 1
  if hasJob and redis.call('ZSCORE', key, ARGV[i + 1]) == ARGV[i + 2] then redis.call('ZREM', key, ARGV[i + 1]) end
end
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return { countRecorded(2), redis.call('EXISTS', KEYS[5]) }
