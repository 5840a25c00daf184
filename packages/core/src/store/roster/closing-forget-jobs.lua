-- Forgets the failed and the sleeping jobs of a roster that is being deleted. Any other job ends by itself.
-- KEYS[1] closing  [2] failed  [3] delayed   ARGV[1] roster id  [2] what stands before a job's id in its key  [3..] ids
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 then return end
for at = 3, #ARGV do
  if redis.call('ZREM', KEYS[2], ARGV[at]) + redis.call('ZREM', KEYS[3], ARGV[at]) > 0 then
    local job = ARGV[2] .. ARGV[at]
    redis.call('DEL', job, job .. ':logs', job .. ':lock')
  end
end
