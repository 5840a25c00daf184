-- For scripts that change what rosters are told of SCIM users: a new revision, later than the former one, by the store's clock.
local scimClock
local function touch(revisions, touched, id)
  if not scimClock then
    local time = redis.call('TIME')
    scimClock = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  end
  local former = tonumber(redis.call('HGET', revisions, id) or 0)
  local revision = string.format('%.0f', math.max(scimClock, former + 1))
  redis.call('HSET', revisions, id, revision)
  redis.call('ZADD', touched, revision, id)
end
