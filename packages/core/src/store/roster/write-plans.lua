-- Writes plans of a roster with all that belongs to them, in one step: what goes on with the first of them, what upstream is told, and what
-- the guard adds up. Of a roster that is not in this lane (any more), or was made later under the same id, nothing is written.
-- KEYS[1] reconciliations  [2] held ones of the roster  [3] all of the roster, by when they began  [4] those that were asked for
--     [5] schedule of the lane  [6] rosters of the lane  [7] when they were made  [8] sequences  [9] facts  [10] shares that were removed
--     [11] and on: names of the plans, which would be forgotten otherwise
-- ARGV[1] roster id  [2] when the roster was made (ms), or empty where it does not matter  [3] how many of the roster are kept, and how many
--     names of theirs (`50/400000`)
--     [4] task, or empty  [5] when it is due (ms)  [6] fact (JSON, with `"sequence":0` before any text from outside), or empty; unless it is of
--     a held plan, it is told only where none waits any more  [7] share that is removed, or empty  [8] when (ms)
--     [9] field of those that were asked for, or empty  [10] id that stood there, or empty  [11] what stands before the place of a plan's names
--     then of each plan its id, the JSON that was read (empty: any), its JSON, its status, when it began (ms).
--     Where the first was changed by somebody else, nothing is written; any other is left out then.
-- Names that no record has any more are forgotten in the same step.
-- Returns gone where the roster is not here, changed where the first was changed or another one is asked for; otherwise of each plan 1, 0 where it was left out
local roster = ARGV[1]
-- A quote within a text is escaped, so that no text from outside looks like this.
local function placeOf(record) return record and string.match(record, '"names":{"key":"([%w-]+)"') end
local function forgetNames(former, still)
  local place = placeOf(former)
  if place and place ~= placeOf(still) then redis.call('UNLINK', ARGV[11] .. place) end
end
if not isHere(KEYS[6], KEYS[7], roster, ARGV[2]) then return 'gone' end
if ARGV[9] ~= '' then
  if (redis.call('HGET', KEYS[4], ARGV[9]) or '') ~= ARGV[10] then return 'changed' end
  redis.call('HSET', KEYS[4], ARGV[9], ARGV[12])
end
local written, givesWay, waits = {}, false, false
for at = 12, #ARGV, 5 do
  local id, before, text, status, began = unpack(ARGV, at, at + 4)
  local former = redis.call('HGET', KEYS[1], id)
  if before ~= '' and former ~= before then
    if at == 12 then return 'changed' end
    written[#written + 1] = 0
    forgetNames(text, former)
  else
    givesWay, waits = givesWay or before ~= '', waits or status == 'held'
    written[#written + 1] = 1
    forgetNames(former, text)
    redis.call('HSET', KEYS[1], id, text)
    redis.call('ZADD', KEYS[3], began, id)
    if status == 'held' then redis.call('SADD', KEYS[2], id) else redis.call('SREM', KEYS[2], id) end
  end
end
for at = 11, #KEYS do redis.call('PERSIST', KEYS[at]) end
local most, mostNames = string.match(ARGV[3], '(%d+)/(%d+)')
local names = 0
for at, id in ipairs(redis.call('ZREVRANGE', KEYS[3], 0, -1)) do
  local text = redis.call('HGET', KEYS[1], id)
  local place = placeOf(text)
  if place then names = names + redis.call('LLEN', ARGV[11] .. place) end
  local isOver = at > tonumber(most) or (at > 1 and names > tonumber(mostNames))
  if isOver and redis.call('SISMEMBER', KEYS[2], id) == 0 then
    forgetNames(text)
    redis.call('HDEL', KEYS[1], id)
    redis.call('ZREM', KEYS[3], id)
  end
end
if ARGV[4] ~= '' then redis.call('ZADD', KEYS[5], ARGV[5], ARGV[4]) end
if ARGV[7] ~= '' then redis.call('ZADD', KEYS[10], ARGV[8], ARGV[7]) end
if ARGV[6] ~= '' and (waits or (givesWay and redis.call('SCARD', KEYS[2]) == 0)) then
  local sequence = redis.call('HINCRBY', KEYS[8], 'roster:' .. roster, 1)
  local fact = string.gsub(ARGV[6], '"sequence":0', '"sequence":' .. sequence, 1)
  redis.call('RPUSH', KEYS[9], fact)
end
return written
