-- Forgets finished jobs. A job that is not finished, or that a new job of the same member has replaced, is left alone.
-- KEYS[1] completed  [2] failed
-- ARGV[1] what stands before a job's id in its key  then ids
-- Returns how many were forgotten
local forgotten = 0
for i = 2, #ARGV do
  if redis.call('ZREM', KEYS[1], ARGV[i]) + redis.call('ZREM', KEYS[2], ARGV[i]) > 0 then
    local job = ARGV[1] .. ARGV[i]
    redis.call('DEL', job, job .. ':logs', job .. ':lock')
    forgotten = forgotten + 1
  end
end
return forgotten
