import gzip

import pytest

from helpers.dna.records import LabelledRecord, Record, read_csv, read_fasta


@pytest.fixture
def write(tmp_path):
    def write_file(content, name="some.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def complaint(read, path, **options):
    """The error of a reader, less the folder, so that it reads `file:line: what; what would be right`."""
    with pytest.raises(ValueError) as error:
        read(path, **options)
    message = str(error.value)
    assert message.startswith(f"{path}:"), message
    return message.removeprefix(f"{path.parent}/")


# --- FASTA that must read --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        ">a\nACGT\n>b\nGGN\n",
        ">a\r\nACGT\r\n>b\r\nGGN\r\n",
        ">a\rACGT\r>b\rGGN",
        ">a some words\nAC\nGT\n\n>b\nGGN",
        "> a\nacgt\n> b\nggn  \n",
        "\n\n>a\nACGT\n>b\nGGN\n",
        b"\xef\xbb\xbf>a\nACGT\n>b\nGGN\n",
        gzip.compress(b">a\nACGT\n>b\nGGN\n"),
    ],
    ids=["plain", "crlf", "cr", "wrapped", "lower case", "blank lines first", "byte order mark", "gzip"],
)
def test_fasta_reads_every_harmless_form_alike(write, content):
    assert read_fasta(write(content)) == [Record("a", "ACGT"), Record("b", "GGN")]


def test_fasta_reads_rna_as_dna_when_asked(write):
    assert read_fasta(write(">a\nacgu\n"), rna=True) == [Record("a", "ACGT")]


def test_fasta_reads_a_name_twice_when_asked(write):
    twice = read_fasta(write(">a\nAC\n>a\nGT\n"), allow_duplicate_names=True)
    assert twice == [Record("a", "AC"), Record("a", "GT")]


def test_fasta_reads_the_real_files(real_data):
    promoters = read_fasta(real_data / "ecoli_sigma70" / "Ecoli_prom.fa", same_length=True)
    others = read_fasta(real_data / "ecoli_sigma70" / "Ecoli_non_prom.fa", same_length=True)
    assert (len(promoters), len(others)) == (839, 3000)
    assert promoters[0].name == "ECK120010467__accAp__forward__208411"
    assert promoters[0].sequence.endswith("AATTGATGACCAGCTTTTAAACCGACTCCGT")  # wrapped after ...GATGAC
    assert others[0].name == "6400"  # its header is '> 6400'
    assert {len(record.sequence) for record in promoters + others} == {81}


# --- FASTA that must not ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, expected",
    [
        ("", "some.txt:1: the file is empty; it should hold at least one sequence"),
        ("\n \n", "some.txt:1: the file is empty; it should hold at least one sequence"),
        ("\nACGT\n>a\nAC\n", "some.txt:2: no header before 'ACGT'; a FASTA file starts with a line such as '>name'"),
        ("ACGT\n", "some.txt:1: no header before 'ACGT'"),
        (">a\nAC\n>\nGT\n", "some.txt:3: a header without a name; write a name after '>'"),
        (">a\n>b\nGT\n", "some.txt:1: record 'a' has no sequence; put its bases on the lines after the header"),
        (">a\nGT\n>b\n", "some.txt:3: record 'b' has no sequence"),
        (">a\nGT\n>b\nG\n>a\nA", "some.txt:5: the name 'a' already stands on line 1; give every record its own name"),
        (">a\nAC\nAUG\n", "some.txt:3: 'U' at position 2 in record 'a'; allowed are A, C, G, T and N (pass rna=True"),
        (">a\nAC-T\n", "some.txt:2: '-' at position 3 in record 'a'; a gap of an alignment: remove the gaps"),
        (">a\nAC.T\n", "some.txt:2: '.' at position 3 in record 'a'; a gap of an alignment"),
        (">a\nAC GT\n", "some.txt:2: a space at position 3 in record 'a'; write the bases without a break"),
        (">a\nACR\n", "some.txt:2: 'R' at position 3 in record 'a'; this code means A or G: write N"),
        (">a\nMKLV*\n", "some.txt:2: 'M' at position 1 in record 'a'; these look like amino acids, and only DNA"),
        (">a\nAC1\n", "some.txt:2: '1' at position 3 in record 'a'; allowed are A, C, G, T and N"),
        (">a\nAC\x00\n", "some.txt:2: '\\x00' at position 3 in record 'a'"),
        (b">a\nAC\n>b\nA\xffC\n", "some.txt:4: byte 0xff is not UTF-8; save the file as UTF-8"),
        (">a\nAC\n".encode("utf-16"), "some.txt:1: the file is UTF-16; save it as UTF-8"),
    ],
)
def test_fasta_error_names_file_line_and_remedy(write, content, expected):
    assert complaint(read_fasta, write(content)).startswith(expected)


def test_fasta_error_names_the_line_where_lengths_differ(write):
    path = write(">a\nAC\nGT\n\n>b\nACG\n")
    assert read_fasta(path) == [Record("a", "ACGT"), Record("b", "ACG")]
    expected = "some.txt:5: a sequence of 3 bases, the first has 4; cut or pad all to one length"
    assert complaint(read_fasta, path, same_length=True).startswith(expected)


@pytest.mark.parametrize("read", [read_fasta, read_csv])
def test_truncated_gzip_is_named_and_not_read_in_part(write, read):
    lines = [f">{i}\nACGT\n" if read is read_fasta else f"{'ACGT' * 5},{i % 2}\n" for i in range(5000)]
    whole = gzip.compress(("" if read is read_fasta else "sequence,label\n").encode() + "".join(lines).encode())
    message = complaint(read, write(whole[: len(whole) // 2], "cut.gz"))
    assert "the gzip file is cut off here; download or copy it again" in message
    assert int(message.split(":")[1]) > 1


def test_damaged_gzip_is_named(write):
    whole = bytearray(gzip.compress(b">a\nACGT\n" * 50))
    whole[-6] ^= 0xFF  # in the checksum
    assert "the gzip file is damaged" in complaint(read_fasta, write(bytes(whole), "bad.gz"))


# --- CSV that must read ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "sequence,label\nACGT,1\nGGN,0\n",
        "sequence,label\r\nACGT,1\r\nGGN,0\r\n",
        'sequence,label\n"ACGT","1"\n"GGN",0\n',
        "sequence,label\nacgt,1\n\nggn,0",
        "name,label,sequence\na,1,ACGT\nb,0,GGN\n",
        'name,label,sequence\n"a, b",1, ACGT\n"a ""b""",0 ,GGN\n',
        b"\xef\xbb\xbfsequence,label\nACGT,1\nGGN,0\n",
        gzip.compress(b"sequence,label\nACGT,1\nGGN,0\n"),
    ],
    ids=["plain", "crlf", "quoted", "lower case", "more columns", "commas in quotes", "byte order mark", "gzip"],
)
def test_csv_reads_every_harmless_form_alike(write, content):
    assert read_csv(write(content)) == [LabelledRecord("ACGT", 1), LabelledRecord("GGN", 0)]


def test_csv_reads_other_column_names_and_rna_when_asked(write):
    path = write("dna,promoter\nacgu,1\n")
    assert read_csv(path, sequence="dna", label="promoter", rna=True) == [LabelledRecord("ACGT", 1)]


def test_csv_reads_the_real_files(real_data):
    rows = read_csv(real_data / "human_tata" / "test.csv", same_length=True)
    assert len(rows) == 613
    assert rows[0] == ("GCAATAAAAGGCTTAGCCACATAGTGCATGCAGAGCTCTGACTTCTAGGGCAAAACATAAGCATGTACAC", 0)


# --- CSV that must not -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, expected",
    [
        ("", "some.txt:1: the file is empty"),
        ("sequence,label\n", "some.txt:1: a header and no rows; put one sequence and one label on each row"),
        ("ACGT,1\nGG,0\n", "some.txt:1: no header, 'ACGT,1' is data already; the first line should name the columns"),
        ("sequence,class\nACGT,1\n", "some.txt:1: no column 'label', the columns are 'sequence', 'class'; the first"),
        ("seq,label\nACGT,1\n", "some.txt:1: no column 'sequence', the columns are 'seq', 'label'"),
        ("sequence;label\nACGT;1\n", "some.txt:1: the columns are parted by ';'; part them by commas"),
        ("sequence\tlabel\nACGT\t1\n", "some.txt:1: the columns are parted by '\\t'; part them by commas"),
        ("sequence,label,label\nACGT,1,1\n", "some.txt:1: 2 columns are called 'label'; name each column once"),
        ("sequence,label\nAC,1\nGG,2\n", "some.txt:3: '2' in column 'label'; a label is 0 or 1"),
        ("sequence,label\nAC,1.0\n", "some.txt:2: '1.0' in column 'label'; a label is 0 or 1"),
        ("sequence,label\nAC,\n", "some.txt:2: '' in column 'label'; a label is 0 or 1"),
        ("sequence,label\nAC,1\nGG\n", "some.txt:3: 1 fields, the header has 2; give every row one field a column"),
        ("sequence,label\nAC,1,\n", "some.txt:2: 3 fields, the header has 2; give every row one field a column"),
        ("sequence,label\nAC,1\n\n,0\n", "some.txt:4: the sequence is empty; write at least one base"),
        ("sequence,label\nAC,1\nAU,0\n", "some.txt:3: 'U' at position 2 of the sequence; allowed are A, C, G, T and N"),
        ("sequence,label\nA-C,1\n", "some.txt:2: '-' at position 2 of the sequence; a gap of an alignment"),
        ("sequence,label\nA C,1\n", "some.txt:2: a space at position 2 of the sequence"),
        ('sequence,label\nAC,1\n"A\nC",1\n', "some.txt:3: a line break at position 2 of the sequence"),
        ('sequence,label,note\nAC,1,"two\nlines"\nAU,0,\n', "some.txt:4: 'U' at position 2 of the sequence"),
        ('sequence,label\nAC,1\n"AC,1\nGG,0\n', "some.txt:3: not readable as CSV (unexpected end of data)"),
        (b"sequence,label\nAC,1\nA\xe9,1\n", "some.txt:3: byte 0xe9 is not UTF-8"),
    ],
)
def test_csv_error_names_file_line_and_remedy(write, content, expected):
    assert complaint(read_csv, write(content)).startswith(expected)


def test_csv_error_names_the_line_where_lengths_differ(write):
    path = write("sequence,label\nACGT,1\n\nACG,0\n")
    assert complaint(read_csv, path, same_length=True).startswith("some.txt:4: a sequence of 3 bases, the first has 4")


def test_missing_file_stays_a_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_fasta(tmp_path / "nothing.fa")
