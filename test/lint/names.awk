# No two sources have the same name, wherever they lie: what compilers note of
# them, coverage and debuggers know them by their name alone.

match($0, /[^\/]*$/) && /^src\/.*\.[ch]$/ {
	name = substr($0, RSTART)
	if (name in place)
		print $0 ":1: has the name of " place[name]
	else
		place[name] = $0
}
