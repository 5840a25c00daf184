-- For scripts that take a lane or give it back: active jobs without a worker wait again, in front of all others of their
-- kind, in the order in which they were fetched. Returns how many.
local function requeueActive(active, waiting, prioritized, jobs, isDeath)
  local ids = redis.call('LRANGE', active, 0, -1)
  for _, id in ipairs(ids) do
    local job = jobs .. id
    redis.call('DEL', job .. ':lock')
    if redis.call('EXISTS', job) == 1 then
      -- BullMQ's own count of how often a job's worker died.
      if isDeath then redis.call('HINCRBY', job, 'stc', 1) end
      local priority = tonumber(redis.call('HGET', job, 'priority') or '0')
      if priority > 0 then
        redis.call('ZADD', prioritized, priority * 0x100000000, id)
      else
        redis.call('RPUSH', waiting, id)
      end
    end
  end
  redis.call('DEL', active)
  return #ids
end
