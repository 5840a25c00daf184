-- Has the rosters told of users anew.
-- KEYS[1] revisions  [2] touched
-- ARGV user ids
for _, id in ipairs(ARGV) do touch(KEYS[1], KEYS[2], id) end
return #ARGV
