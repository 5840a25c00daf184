-- For scripts that make way for a job: forgets one that is finished. False where it is not, or is no more. `jobs`: what stands before
-- a job's id in its key.
local function forgetFinished(completed, failed, jobs, id)
  if redis.call('ZREM', completed, id) + redis.call('ZREM', failed, id) == 0 then return false end
  local job = jobs .. id
  redis.call('DEL', job, job .. ':logs', job .. ':lock')
  return true
end
