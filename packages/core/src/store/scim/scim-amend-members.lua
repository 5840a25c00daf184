-- Puts users into a group of a SCIM directory, or takes them out; whoever changes is touched. Each structure is read and written once.
-- KEYS[1] users  [2] groups  [3] members of the group  [4] memberships  [5] revisions  [6] touched
-- ARGV[1] group id  [2] add|remove  then user ids, each once
-- Returns { 1, ids that changed, ids that nobody has }, or { 0 } where the group to add to is not there
local group = ',' .. ARGV[1] .. ','
local isAdd = ARGV[2] == 'add'
if isAdd and redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return { 0 } end
if #ARGV == 2 then return { 1, {}, {} } end
local changed, unknown = {}, {}
local scores = redis.call('ZMSCORE', KEYS[3], unpack(ARGV, 3))
for at = 3, #ARGV do
  local id, isIn = ARGV[at], scores[at - 2] ~= false
  if isAdd and not isIn then
    local list = redis.call('HEXISTS', KEYS[1], id) == 1 and changed or unknown
    list[#list + 1] = id
  elseif isIn and not isAdd then
    changed[#changed + 1] = id
  end
end
if #changed == 0 then return { 1, changed, unknown } end

local scored, kept, gone = {}, {}, {}
local memberships = redis.call('HMGET', KEYS[4], unpack(changed))
for at, id in ipairs(changed) do
  local groups = memberships[at] or ','
  local from, to = string.find(groups, group, 1, true)
  if isAdd and not from then groups = groups .. ARGV[1] .. ',' end
  if not isAdd and from then groups = string.sub(groups, 1, from) .. string.sub(groups, to + 1) end
  if groups == ',' then
    gone[#gone + 1] = id
  else
    kept[#kept + 1] = id
    kept[#kept + 1] = groups
  end
  scored[2 * at - 1], scored[2 * at] = 0, id
end
if isAdd then redis.call('ZADD', KEYS[3], unpack(scored)) else redis.call('ZREM', KEYS[3], unpack(changed)) end
if #kept > 0 then redis.call('HSET', KEYS[4], unpack(kept)) end
if #gone > 0 then redis.call('HDEL', KEYS[4], unpack(gone)) end
touch(KEYS[5], KEYS[6], changed)
return { 1, changed, unknown }
