-- For scripts that change what rosters are told about SCIM users: a new revision, later than the former one, by the store's clock.
-- In few calls, however many users there are (4,000 at most, by Lua's stack).
local function touch(revisions, touched, ids)
  if #ids == 0 then return end
  local time = redis.call('TIME')
  local clock = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local former = redis.call('HMGET', revisions, unpack(ids))
  local byId, byRevision = {}, {}
  for at, id in ipairs(ids) do
    local revision = string.format('%.0f', math.max(clock, tonumber(former[at] or 0) + 1))
    byId[2 * at - 1], byId[2 * at] = id, revision
    byRevision[2 * at - 1], byRevision[2 * at] = revision, id
  end
  redis.call('HSET', revisions, unpack(byId))
  redis.call('ZADD', touched, unpack(byRevision))
end
