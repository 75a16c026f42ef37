# What is expected is expected of a test, and each test's output is known.

/^expected\/.*\.out$/ {
	name = $0
	gsub(/^expected\/|\.out$/, "", name)
	expected[name] = $0
}

/^test\/sql\/.*\.sql$|^test\/specs\/.*\.spec$/ {
	name = $0
	gsub(/^test\/(sql|specs)\/|\.(sql|spec)$/, "", name)
	if (name in test)
		print $0 ":1: has the expected output of " test[name]
	test[name] = $0
}

END {
	for (name in expected)
		if (!(name in test))
			print expected[name] ":1: belongs to no test in test/sql or test/specs"
	for (name in test)
		if (!(name in expected))
			print test[name] ":1: has no expected/" name ".out"
}
