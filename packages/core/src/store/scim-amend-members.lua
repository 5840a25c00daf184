-- Puts users into a group of a SCIM directory, or takes them out; whoever changes is touched.
-- KEYS[1] users  [2] groups  [3] members of the group  [4] memberships  [5] revisions  [6] touched
-- ARGV[1] group id  [2] add|remove  then user ids
-- Returns { 1, ids that changed, ids that nobody has }, or { 0 } where the group to add to is not there
local group = ',' .. ARGV[1] .. ','
local isAdd = ARGV[2] == 'add'
if isAdd and redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return { 0 } end
local changed, unknown = {}, {}
for at = 3, #ARGV do
  local id = ARGV[at]
  if isAdd and redis.call('HEXISTS', KEYS[1], id) == 0 then
    unknown[#unknown + 1] = id
  else
    local isNew = redis.call(isAdd and 'ZADD' or 'ZREM', KEYS[3], unpack(isAdd and { 0, id } or { id }))
    if isNew == 1 then
      local groups = redis.call('HGET', KEYS[4], id) or ','
      local from, to = string.find(groups, group, 1, true)
      if isAdd and not from then groups = groups .. ARGV[1] .. ',' end
      if not isAdd and from then groups = string.sub(groups, 1, from) .. string.sub(groups, to + 1) end
      if groups == ',' then redis.call('HDEL', KEYS[4], id) else redis.call('HSET', KEYS[4], id, groups) end
      touch(KEYS[5], KEYS[6], id)
      changed[#changed + 1] = id
    end
  end
end
return { 1, changed, unknown }
