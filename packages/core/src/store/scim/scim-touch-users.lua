-- Marks users, so that the rosters are told about them again.
-- KEYS[1] revisions  [2] touched
-- ARGV user ids
touch(KEYS[1], KEYS[2], ARGV)
return #ARGV
