#!/usr/bin/perl
# Lines of C that clang-format (.clang-format) would write otherwise.
#
# usage: perl tests/form-lines.pl FILE...        prints a diff of statements; nothing when all agree
#
# Where a statement is broken, and how columns of a table stand, is for the writer to say. So
# both sides are brought to one line for each statement, with one blank between words, before
# they are compared: what is left is indentation, braces, blanks around operators and pointers.
use strict;
use warnings;
use File::Temp;

# What a statement that is not complete ends with, or one that goes on begins with.
sub is_open { return $_[0] !~ m{(?:[;{}:]|\*/|^\s*\#.*|^\s*\*(?: .*)?|\)|\belse|\bdo)$} ||
	       $_[0] =~ / \?.* :$|^\s*for \((?:[^;]*;){1,2}$/ }
sub goes_on { return $_[0] =~ /^\s*(?:[?:|&+<>.)-]|"|\{ )|^\s+__(?:attribute|acquires|releases)/ }

# How many braces of a table or enum stay open at the end of this line.
sub open_braces {
	my ($line) = @_;

	return 0 if $line !~ /= ?(?:\([^()]*\) ?)?\{|\benum\b.*\{|return \(/;
	$line =~ s/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)'//g;
	return ($line =~ tr/{//) - ($line =~ tr/}//);
}

sub one_line { return join(' ', split(' ', $_[0])) }

sub statements {
	local $_ = shift;
	my (@out, $cur);

	1 while s/^([ \t]*#.*?)[ \t]*\\\n[ \t]*/$1 /m;
	s/(?<=\S)[ \t]+/ /g;
	s/ +$//mg;
	s/\{ \}/{}/g;
	s/\{\{/{ {/g;
	s/\}\}/} }/g;
	s/\? :/?:/g;
	s/; ;/;;/g;
	s/: ?: */::/g;
	s/\bcatch \(/catch(/g;		# no keyword of C
	s/\b(struct|union) \{\s((?:[^{}]*;\s*)+)\} (?=[*\w])/"$1 {" . one_line($2) . "} "/ge;
	my $depth = 0;
	for my $line (split /\n/) {
		if (defined $cur && $cur ne '' && $line ne '' &&
		    ($depth > 0 || is_open($cur) || ($cur !~ /^\s*#/ && goes_on($line)) ||
		     $cur =~ /^\s*__attribute__\S*(?: [\d, )]*)?$/)) {
			$line =~ s/^\s+//;
			$cur .= $cur =~ /^[a-z][\w ]* \*$/ ? $line : " $line";
		} else {
			push @out, $cur if defined $cur && $cur ne '';
			$cur = $line;
		}
		$depth = open_braces($cur);
	}
	push @out, $cur if defined $cur;
	# Short ones may stand on one line: functions, members, cases.
	$_ = join("\n", @out) . "\n";
	s/^((?:\S.*)\))\n\{\n\t(\S[^\n]*;)\n\}/$1 { $2 }/mg;
	s/\)\n\{\n\}/) {}/g;
	1 while s/^(\s*(?:case (?:'.'|[^\n?]*)|default):)\n\s+(?!\})/$1 /m;
	1 while s/^(\s*(?:case (?:'.'|[^\n?]*)|default): [^\n]*;)\n\s+(\w[^\n]*;)$/$1 $2/m;
	s/,? \}/ }/g;
	s/(?<=[({]) //g;
	s/ (?=[)}])//g;
	s/(?<=[{}]) (?=[{}])//g;
	return $_;
}

sub side {
	my $f = File::Temp->new;

	print $f $_[0];
	close $f;
	return $f;
}

sub slurp {
	local $/;
	open my $in, $_[0], $_[1] or die "$_[1]: $!\n";
	my $text = <$in>;
	close $in or die "$_[1]: failed\n";
	return $text;
}

my $found = 0;
for my $file (@ARGV) {
	my $ours = statements(slurp('<', $file));
	my $theirs = statements(slurp('-|', "clang-format $file"));
	next if $ours eq $theirs;
	my ($a, $b) = (side($ours), side($theirs));
	print "$file:\n", grep { /^[-+](?![-+]{2} )/ } `diff -U0 $a $b`;
	$found = 1;
}
exit $found;
