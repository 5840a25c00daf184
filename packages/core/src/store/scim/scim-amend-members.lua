-- Puts users into a group of a SCIM directory, or takes them out; changed users are touched. Each structure is read and written once.
-- What a later change has set stays as it is.
-- KEYS[1] users  [2] groups  [3] members of the group  [4] memberships  [5] revisions  [6] touched  [7] changes
-- ARGV[1] group id  [2] add|remove  [3] number of the change, empty where this is all of it  then user ids, each once
-- Returns { 1, ids that changed, ids that nobody has }, or { 0 } where the group to add to is not there
local group = ',' .. ARGV[1] .. ','
local isAdd = ARGV[2] == 'add'
if isAdd and redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return { 0 } end
if #ARGV == 3 then return { 1, {}, {} } end
local change, said = tonumber(ARGV[3]), nil
if change then
  local open, whole = unpack(redis.call('HMGET', KEYS[7], '#open', '#whole'))
  if not open or tonumber(whole or 0) > change then return { 1, {}, {} } end
  if redis.call('HLEN', KEYS[7]) > 3 then said = redis.call('HMGET', KEYS[7], unpack(ARGV, 4)) end
  if tonumber(open) == 1 then change = nil end
elseif redis.call('EXISTS', KEYS[7]) == 1 then
  change = redis.call('HINCRBY', KEYS[7], '#', 1)
end
local changed, unknown, notes = {}, {}, {}
local scores = redis.call('ZMSCORE', KEYS[3], unpack(ARGV, 4))
for at = 4, #ARGV do
  local id, isIn = ARGV[at], scores[at - 3] ~= false
  local isOurs = not said or tonumber(said[at - 3] or 0) < tonumber(ARGV[3])
  if isOurs and change then
    notes[#notes + 1] = id
    notes[#notes + 1] = change
  end
  if not isOurs then
    -- Another change has set this since this change began.
  elseif isAdd and not isIn then
    local list = redis.call('HEXISTS', KEYS[1], id) == 1 and changed or unknown
    list[#list + 1] = id
  elseif isIn and not isAdd then
    changed[#changed + 1] = id
  end
end
if #notes > 0 then redis.call('HSET', KEYS[7], unpack(notes)) end
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
