-- Records membership changes of one team key: desired state, outbox, dedup marks, status and timeline, in one atomic step.
-- Reads each member once and writes each structure once, however many changes a batch holds. Search entries are made later
-- (find-holders.lua): here a member is only noted as one to index.
-- KEYS[1] lease  [2] rosters of the lane  [3] outbox now  [4] outbox interactive  [5] outbox bulk
--     [6] dedup marks, this period as the sender believes  [7] those of the period before  [8] revisions
--     [9] rosters of the lane that are being deleted  [10] when the rosters were made
--     then six for each roster: desired, status, index, unindexed, timeline, activity; at the end dedup marks, of the period after and of that
--     two before, four sets of marks as release 0.1.0 kept them: this period, the one before, after, and two before; and facts;
--     then, where the lane is rung in this step, the ready set and the lanes that are held
-- ARGV[1] now (ms), or empty for Redis's own clock  [2] <ms of a period of dedup marks>:<number of that of KEYS[6]>  [3] timeline entries kept
--     [4] 1 when rosters that are being deleted take the changes too
--     [5] members that a roster may have, 0 for no limit  [6] index of the status of who was removed
--     [7] lines of activity that are kept  [8] how long (ms)  [9] number of rosters, then their ids, then all changes as one flat JSON array (one long argument is read far faster
--     than ten thousand short ones, and one table far faster than a thousand), FIELDS values for each change:
--     roster (1-based), member id, time (ms) or false, join|update|leave, outbox (3|4|5), dedup digest or false, index of the
--     status it begins with, version of the member that its text was made from (0: unknown member) or false where any will do,
--     dedup digest as release 0.1.0 made it or false, when its roster was made (ms) where it is for that one alone, or false
--     then three texts for each change, as they are stored: the end of the record (desired.ts), the timeline entry, and the line of
--     the roster's activity, or empty for none
--     then, where the lane is rung in this step, its id and the channel of the doorbell, or two empty words
--     then what upstream is told of a change that is accepted: its number (1-based), and the fact (JSON)
-- Returns { -1, now } where the sender's clock is more than a period apart from this one: nothing is recorded. Else
--     { awake (1: a worker visits the lane, or it was rung; 0), now, a letter per change: accepted|duplicate|stale|gone|future|limit, or again where the member has another
--     version than its text was made from (the member's later changes with it, so that their order stays), versions or 0 joined
--     by commas, number of a roster and the ids of the first and the last line of activity for each that has new ones }
local arrived = ARGV[1] == '' and arrival() or ARGV[1]
local now = string.match(arrived, '^%d+')
local nowMs = tonumber(now)
local keep = tonumber(ARGV[3])
local rosterCount, PER_ROSTER = tonumber(ARGV[9]), 6
local atEnd = 10 + rosterCount * PER_ROSTER
-- This clock decides which period it is: when a period ends, senders whose clocks differ would not agree.
local periodMs, believed = string.match(ARGV[2], '^(%d+):(%-?%d+)$')
local markKeys = { [-2] = KEYS[atEnd + 2], [-1] = KEYS[7], [0] = KEYS[6], [1] = KEYS[atEnd + 1] }
local formerKeys = { [-2] = KEYS[atEnd + 6], [-1] = KEYS[atEnd + 4], [0] = KEYS[atEnd + 3], [1] = KEYS[atEnd + 5] }
local period = math.floor(nowMs / tonumber(periodMs)) - tonumber(believed)
if not markKeys[period] or not markKeys[period - 1] then return { -1, now, '', '', {} } end
local limit = tonumber(ARGV[5])
local FUTURE_MS = 600000
local FIELDS, MEMBER, TIME, KIND, OUTBOX, DIGEST, STATUS, BASE, FORMER, BORN = 10, 1, 2, 3, 4, 5, 6, 7, 8, 9
local PENDING = 0

local rosters = {}
for i = 1, rosterCount do
  local base, id = 10 + (i - 1) * PER_ROSTER, ARGV[9 + i]
  local isClosing = ARGV[4] ~= '1' and redis.call('SISMEMBER', KEYS[9], id) == 1
  rosters[i] = {
    here = not isClosing and redis.call('SISMEMBER', KEYS[2], id) == 1,
    id = id,
    desired = KEYS[base + 1], status = KEYS[base + 2], index = KEYS[base + 3], unindexed = KEYS[base + 4], timeline = KEYS[base + 5],
    activity = KEYS[base + 6], members = {}, order = {}, added = {}, lines = {},
  }
end

-- Lua's unpack is bounded by its stack, so long argument lists go in slices.
local function inSlices(list, command, key, option)
  for from = 1, #list, 4000 do
    local to = math.min(from + 3999, #list)
    if option then redis.call(command, key, option, unpack(list, from, to)) else redis.call(command, key, unpack(list, from, to)) end
  end
end

-- Read every member and every dedup mark in few calls.
local changes = cjson.decode(ARGV[10 + rosterCount])
-- Where the texts begin: three for each change.
local texts = 11 + rosterCount
local members, digests, formers = {}, {}, {}
for i = 1, #changes, FIELDS do
  local roster, id, digest = rosters[changes[i]], changes[i + MEMBER], changes[i + DIGEST]
  local member = roster.members[id]
  if not member then
    member = { id = id, version = 0, joined = 0, time = -math.huge, tail = false, present = false, status = 0, lines = false, stored = false, changed = false, again = false }
    roster.members[id] = member
    if roster.here then roster.order[#roster.order + 1] = id end
  end
  members[#members + 1] = member
  if digest then digests[#digests + 1] = digest end
  local former = changes[i + FORMER]
  if former then formers[#formers + 1] = former end
end

local function readFields(key, ids, take)
  for from = 1, #ids, 4000 do
    local to = math.min(from + 3999, #ids)
    local found = redis.call('HMGET', key, unpack(ids, from, to))
    for i = from, to do
      if found[i - from + 1] then take(ids[i], found[i - from + 1]) end
    end
  end
end

for _, roster in ipairs(rosters) do
  local known = {}
  readFields(roster.desired, roster.order, function(id, text)
    local member, desired = roster.members[id], readDesired(text)
    member.version, member.joined, member.time, member.present = desired.version, desired.joined, desired.time, desired.present
    member.tail, member.stored = desired.tail, desired.tail
    known[#known + 1] = id
  end)
  readFields(roster.timeline, known, function(id, lines) roster.members[id].lines = lines end)
end

local marks, marksBefore = openMarks(markKeys[period]), openMarks(markKeys[period - 1])
readMarks(marks, digests)
readMarks(marksBefore, digests)
local formerly = {}
for _, key in ipairs({ formerKeys[period], formerKeys[period - 1] }) do
  if #formers > 0 and redis.call('EXISTS', key) == 1 then
    for from = 1, #formers, 4000 do
      local to = math.min(from + 3999, #formers)
      local seen = redis.call('SMISMEMBER', key, unpack(formers, from, to))
      for i = from, to do
        if seen[i - from + 1] == 1 then formerly[formers[i]] = true end
      end
    end
  end
end

-- How many more members a roster may take. Removed members are kept for a while and count little, so that no caller can make a roster
-- grow without end by adding and removing members.
local function roomOf(roster)
  if not roster.room then
    local all, removed = redis.call('ZCARD', roster.status), redis.call('ZCOUNT', roster.status, ARGV[6], ARGV[6])
    roster.room = math.min(limit - (all - removed), 4 * limit - all)
  end
  return roster.room
end

-- A roster that was deleted and made again under its id is another one.
local function isAnother(roster, born)
  if not born then return false end
  if roster.born == nil then roster.born = redis.call('HGET', KEYS[10], roster.id) end
  return roster.born and tonumber(roster.born) ~= born
end

local outboxes = { [3] = {}, [4] = {}, [5] = {} }
local answers, versions, marked = {}, {}, {}
for at, member in ipairs(members) do
  local i = (at - 1) * FIELDS + 1
  local roster, digest = rosters[changes[i]], changes[i + DIGEST]
  local time = changes[i + TIME] or nowMs
  local answer, version = nil, 0
  local base = changes[i + BASE]
  if not roster.here or isAnother(roster, changes[i + BORN]) then answer = 'g'
  elseif member.again then answer = 'r'
  elseif digest and (marks.known[digest] or marksBefore.known[digest]) then answer = 'd'
  -- Release 0.1.0 identified an event by its source and id alone: if the member is not here, it was an event of another roster.
  elseif changes[i + FORMER] and member.stored and formerly[changes[i + FORMER]] then answer = 'd'
  elseif time > nowMs + FUTURE_MS then answer = 'f'
  elseif time < member.time then answer = 's'
  elseif base and base ~= member.version then
    answer = 'r'
    member.again = true
  elseif limit > 0 and not member.present and changes[i + KIND] ~= 'leave' and roomOf(roster) <= 0 then answer = 'l'
  else
    answer = 'a'
    if limit > 0 and not member.present and changes[i + KIND] ~= 'leave' then roster.room = roster.room - 1 end
    version = member.version + 1
    local kind = changes[i + KIND]
    member.version, member.time, member.status = version, time, changes[i + STATUS]
    member.present = kind ~= 'leave'
    if kind == 'join' then member.joined = version end
    -- A leave only names the member: address and names stay as they are.
    if kind ~= 'leave' or not member.tail then member.tail = ARGV[texts + 3 * at - 3] end
    member.lines = prependLine(member.lines, ARGV[texts + 3 * at - 2], keep)
    local line = ARGV[texts + 3 * at - 1]
    if line ~= '' then roster.lines[#roster.lines + 1] = line end
    if not member.changed then
      member.changed = true
      roster.added[#roster.added + 1] = member
    end
    local outbox = outboxes[changes[i + OUTBOX]]
    outbox[#outbox + 1] = arrived
    outbox[#outbox + 1] = roster.id .. '\0' .. member.id
  end
  if digest and (answer == 'a' or answer == 's') then
    marks.known[digest] = true
    marked[#marked + 1] = digest
  end
  answers[at], versions[at] = answer, version
end

for _, roster in ipairs(rosters) do
  if #roster.added > 0 then
    local desired, timeline, statuses, unindexed = {}, {}, {}, {}
    for i, member in ipairs(roster.added) do
      local id, stored = member.id, member.stored
      local field, value = 2 * i - 1, 2 * i
      desired[field], timeline[field], statuses[value] = id, id, id
      desired[value] = formatDesired(member, nowMs)
      timeline[value] = member.lines
      statuses[field] = member.present and member.status or PENDING
      if stored ~= member.tail then
        unindexed[#unindexed + 1] = id
        -- An index entry that no longer leads to the member is dropped at once.
        if stored then removeHolder(roster.index, id, readTail(stored)) end
      end
    end
    redis.call('HINCRBY', KEYS[8], roster.id, #roster.added)
    inSlices(desired, 'HSET', roster.desired)
    inSlices(timeline, 'HSET', roster.timeline)
    inSlices(statuses, 'ZADD', roster.status)
    inSlices(unindexed, 'RPUSH', roster.unindexed)
  end
end
for at, outbox in pairs(outboxes) do
  if #outbox > 0 then inSlices(outbox, 'ZADD', KEYS[at]) end
end
local bell = texts + 3 * #answers
for at = bell + 2, #ARGV, 2 do
  if answers[tonumber(ARGV[at])] == 'a' then redis.call('RPUSH', KEYS[atEnd + 7], ARGV[at + 1]) end
end
addMarks(marks, marked, tonumber(periodMs) * 2)
local told = {}
for i, roster in ipairs(rosters) do
  if #roster.lines > 0 then
    local first, last = addLines(roster.activity, roster.lines, ARGV[7], ARGV[8])
    for _, word in ipairs({ i, first, last }) do told[#told + 1] = tostring(word) end
  end
end
local awake, readySet = redis.call('EXISTS', KEYS[1]), KEYS[atEnd + 8]
if awake == 0 and readySet and #outboxes[3] + #outboxes[4] + #outboxes[5] > 0 then
  ring(readySet, KEYS[atEnd + 9], ARGV[bell], nowMs, 0, ARGV[bell + 1])
  awake = 1
end
return { awake, now, table.concat(answers), table.concat(versions, ','), told }
