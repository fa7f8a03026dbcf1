using namespace System.Management.Automation

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $arguments = (New-FakeToken -Workspace Values).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Values

    function Get-SentQuery {
        <#
        .SYNOPSIS
        What arrives at Notion of a query, decoded.
        #>
        param([System.Collections.IDictionary] $Query)

        Clear-FakeRequest
        Add-FakeFault @{ path = '/v1/comments'; status = 200; body = '{}' }
        $null = Invoke-NotionRequest comments -Query $Query -ErrorAction Stop
        [uri]::UnescapeDataString((Get-FakeRequest '/v1/comments')[0].query)
    }

    Add-Type -TypeDefinition @'
using System.Collections;
using System.Collections.Generic;

namespace NotionAuth.Tests
{
    public class Empty { }

    public class Plain { public int A = 1; public string B { get { return "b"; } } }

    public class Pairs : IReadOnlyDictionary<int, string>
    {
        private readonly Dictionary<int, string> _pairs = new Dictionary<int, string> { { 1, "one" } };
        public string this[int key] { get { return _pairs[key]; } }
        public IEnumerable<int> Keys { get { return _pairs.Keys; } }
        public IEnumerable<string> Values { get { return _pairs.Values; } }
        public int Count { get { return 1; } }
        public bool ContainsKey(int key) { return _pairs.ContainsKey(key); }
        public bool TryGetValue(int key, out string value) { return _pairs.TryGetValue(key, out value); }
        public IEnumerator<KeyValuePair<int, string>> GetEnumerator() { return _pairs.GetEnumerator(); }
        IEnumerator IEnumerable.GetEnumerator() { return _pairs.GetEnumerator(); }
    }
}
'@
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Values in a body' {
    AfterEach { Clear-FakeFault }

    It '<What> is written as what it means' -ForEach @(
        @{
            What = 'a JObject'
            Make = { , [Newtonsoft.Json.Linq.JObject]::Parse('{"a":[1,{"b":null}],"c":"x","d":1.50,"e":true}') }
            Json = '{"a":[1,{"b":null}],"c":"x","d":1.5,"e":true}'
        }
        @{ What = 'a JArray'; Make = { , [Newtonsoft.Json.Linq.JArray]::Parse('[1,"a"]') }; Json = '[1,"a"]' }
        @{ What = 'a JValue of text'; Make = { , [Newtonsoft.Json.Linq.JValue]::new('a"b') }; Json = '"a\"b"' }
        @{ What = 'a JValue of a number'; Make = { , [Newtonsoft.Json.Linq.JValue]::new([long]7) }; Json = '7' }
        @{ What = 'a JValue of nothing'; Make = { , [Newtonsoft.Json.Linq.JValue]::CreateNull() }; Json = 'null' }
        @{
            What = 'a NameValueCollection'
            Make = {
                $n = [Collections.Specialized.NameValueCollection]::new()
                $n.Add('a', '1')
                $n.Add('a', '2')
                $n.Add('b', 'x')
                , $n
            }
            Json = '{"a":["1","2"],"b":"x"}'
        }
        @{
            What = 'a StringDictionary'
            Make = { $s = [Collections.Specialized.StringDictionary]::new(); $s.Add('k', 'v'); , $s }
            Json = '{"k":"v"}'
        }
        @{
            What = 'a dictionary by its interface alone'; Make = { , [NotionAuth.Tests.Pairs]::new() }
            Json = '{"1":"one"}'
        }
        @{ What = 'a StringBuilder'; Make = { [Text.StringBuilder]::new('text') }; Json = '"text"' }
        @{ What = 'a Half'; Make = { [Half]0.1 }; Json = '0.1' }
        @{
            What = 'an Int128'; Make = { [Int128]::Parse('-170141183460469231731687303715884105728') }
            Json = '-170141183460469231731687303715884105728'
        }
        @{
            What = 'a UInt128'; Make = { [UInt128]::Parse('340282366920938463463374607431768211455') }
            Json = '340282366920938463463374607431768211455'
        }
        @{
            What = 'an NFloat'
            Make = { [Runtime.InteropServices.NFloat]::Parse('2.5', [cultureinfo]::InvariantCulture) }; Json = '2.5'
        }
        @{ What = 'an IntPtr'; Make = { [IntPtr]5 }; Json = '5' }
        @{ What = 'a BigInteger'; Make = { [bigint]::Pow(2, 70) }; Json = '1180591620717411303424' }
        @{ What = 'a decimal'; Make = { 1.10d }; Json = '1.10' }
        @{ What = 'a Rune'; Make = { [Text.Rune]::new(0x1F680) }; Json = '"🚀"' }
        @{ What = 'XML'; Make = { [xml]'<a b="1"><c/></a>' }; Json = '"<a b=\"1\"><c /></a>"' }
        @{ What = 'an XML element'; Make = { ([xml]'<a><c>x</c></a>').a.SelectSingleNode('c') }; Json = '"<c>x</c>"' }
        @{ What = 'an XML attribute'; Make = { ([xml]'<a b="1"/>').a.Attributes[0] }; Json = '"1"' }
        @{ What = 'an XElement'; Make = { [Xml.Linq.XElement]::Parse('<a> <b/> </a>') }; Json = '"<a><b /></a>"' }
        @{ What = 'PowerShell''s null for a string'; Make = { [nullstring]::Value }; Json = 'null' }
        @{ What = 'an address'; Make = { [ipaddress]'::1' }; Json = '"::1"' }
        @{
            What = 'an end point'; Make = { [Net.IPEndPoint]::new([ipaddress]'127.0.0.1', 80) }; Json = '"127.0.0.1:80"'
        }
        @{ What = 'a mail address'; Make = { [mailaddress]'a@x.y' }; Json = '"a@x.y"' }
        @{ What = 'a semantic version'; Make = { [semver]'1.2.3-beta' }; Json = '"1.2.3-beta"' }
        @{
            What = 'a pair'; Make = { [Collections.Generic.KeyValuePair[string, int]]::new('a', 1) }
            Json = '{"Key":"a","Value":1}'
        }
        @{
            What = 'an object of a class that somebody wrote'; Make = { [NotionAuth.Tests.Plain]::new() }
            Json = '{"B":"b","A":1}'
        }
        @{ What = 'an object without properties'; Make = { [pscustomobject]@{} }; Json = '{}' }
        @{
            What = 'a set of pairs in a list'
            Make = {
                $l = [Collections.Generic.List[Collections.Generic.KeyValuePair[string, object]]]::new()
                $l.Add([Collections.Generic.KeyValuePair[string, object]]::new('a', 1))
                , $l
            }
            Json = '{"a":1}'
        }
    ) {
        Get-SentBody @{ it = & $Make } | Should -BeExactly "{`"it`":$Json}"
    }

    It 'JSON text comes in a StringBuilder too' {
        Get-SentBody ([Text.StringBuilder]::new('{"a" : 1}')) | Should -BeExactly '{"a" : 1}'
    }

    It '<What> is an error that names its place' -ForEach @(
        @{ What = 'a file'; Make = { Get-Item -LiteralPath $PSHOME }; Id = 'InvalidBody'; Says = 'DirectoryInfo' }
        @{ What = 'a process'; Make = { Get-Process -Id $PID }; Id = 'InvalidBody'; Says = 'Process' }
        @{ What = 'an encoding'; Make = { [Text.Encoding]::UTF8 }; Id = 'InvalidBody'; Says = 'Encoding' }
        @{ What = 'a complex number'; Make = { [Numerics.Complex]::new(1, 2) }; Id = 'InvalidBody'; Says = 'Complex' }
        @{ What = 'a match'; Make = { [regex]::Match('a', 'a') }; Id = 'InvalidBody'; Says = 'Match' }
        @{ What = 'an object of .NET''s root type'; Make = { [object]::new() }; Id = 'InvalidBody'; Says = 'Object' }
        @{
            What = 'a class without anything in it'; Make = { [NotionAuth.Tests.Empty]::new() }; Id = 'InvalidBody'
            Says = 'Empty'
        }
        @{
            What = 'an enumerator'; Make = { , ([Collections.ArrayList]@(1)).GetEnumerator() }; Id = 'InvalidBody'
            Says = 'Enumerator'
        }
        @{ What = 'a script block'; Make = { { 1 } }; Id = 'InvalidBody'; Says = 'ScriptBlock' }
        @{ What = 'an infinite Half'; Make = { [Half]::PositiveInfinity }; Id = 'InvalidBody'; Says = 'infinity' }
        @{
            What = 'a JSON element that was never filled'; Make = { [Text.Json.JsonElement]::new() }
            Id = 'BodyUnreadable'
        }
        @{
            What = 'a JSON document that is closed'
            Make = { $d = [Text.Json.JsonDocument]::Parse('{}'); $d.Dispose(); $d }; Id = 'BodyUnreadable'
        }
        @{
            What = 'a JProperty'; Make = { , [Newtonsoft.Json.Linq.JProperty]::new('a', 1) }
            Id = 'InvalidBody|BodyUnreadable'
        }
        @{
            What = 'an XML declaration'; Make = { ([xml]'<?xml version="1.0"?><a/>').FirstChild }; Id = 'InvalidBody'
            Says = 'XmlDeclaration'
        }
        @{ What = 'a secret'; Make = { [securestring]::new() }; Id = 'BodySecret' }
        @{
            What = 'a property that throws'
            Make = {
                [pscustomobject]@{ a = 1 } |
                    Add-Member -MemberType ScriptProperty -Name b -Value { throw 'no way' } -PassThru
            }
            Id = 'BodyUnreadable'; Place = 'outer.it[1].b'
        }
        @{ What = 'a cycle'; Make = { $c = @{}; $c.c = $c; $c }; Id = 'BodyCycle'; Place = 'outer.it[1].c' }
    ) {
        Clear-FakeRequest
        $body = @{ outer = [pscustomobject]@{ it = @(1, (& $Make)) } }
        $record = Get-ErrorOf { Invoke-NotionRequest comments -Method POST -Body $body -ErrorAction Stop }
        ($record.FullyQualifiedErrorId -split ',')[0] | Should -Match "^($Id)$"
        "$record" | Should -Match ([regex]::Escape($(if ($Place) { $Place } else { 'outer.it[1]' })))
        "$record" | Should -Match 'Nothing was sent'
        if ($Says) { "$record" | Should -Match $Says }
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'a property of Update-TypeData isn''t sent, and one that was added to the object itself is' {
        Update-TypeData -TypeName Notion.Page -MemberType ScriptProperty -MemberName Shout -Value {
            "$($this.id)!"
        } -Force
        try {
            $page = Get-Reply '{"object":"page","id":"x","properties":{"a":1}}'
            $page.Shout | Should -BeExactly 'x!'
            $page | Add-Member mine 2
            Get-SentBody $page | Should -BeExactly '{"object":"page","id":"x","properties":{"a":1},"mine":2}'
        }
        finally {
            Remove-TypeData -TypeName Notion.Page
        }
    }
}

Describe 'Values in a query and in headers' {
    AfterEach { Clear-FakeFault }

    It '<What> goes as <Text>' -ForEach @(
        @{ What = 'a DateOnly'; Make = { [dateonly]'2026-01-02' }; Text = '2026-01-02' }
        @{ What = 'a TimeOnly'; Make = { [timeonly]'03:04' }; Text = '03:04:00.0000000' }
        @{ What = 'a date'; Make = { [datetime]::new(2026, 1, 2) }; Text = '2026-01-02' }
        @{ What = 'a Half'; Make = { [Half]0.5 }; Text = '0.5' }
        @{ What = 'a double'; Make = { 1e300 }; Text = '1E+300' }
        @{ What = 'a version'; Make = { [version]'1.2' }; Text = '1.2' }
        @{ What = 'an address'; Make = { [ipaddress]'::1' }; Text = '::1' }
        @{ What = 'a JSON text'; Make = { [Text.Json.JsonDocument]::Parse('"a\u00e9"').RootElement }; Text = 'aé' }
        @{ What = 'a JValue'; Make = { , [Newtonsoft.Json.Linq.JValue]::new([long]7) }; Text = '7' }
        @{ What = 'a StringBuilder'; Make = { [Text.StringBuilder]::new('x y') }; Text = 'x y' }
        @{ What = 'a switch'; Make = { [switch]$true }; Text = 'true' }
        @{ What = 'an enumeration''s value'; Make = { [DayOfWeek]::Monday }; Text = 'Monday' }
    ) {
        Get-SentQuery @{ key = & $Make } | Should -BeExactly "?key=$Text"
        Get-SentQuery @{ key = @((& $Make), 'z') } | Should -BeExactly "?key=$Text&key=z"
    }

    It 'nothing gives none: <What>' -ForEach @{ What = 'null'; Value = $null },
            @{ What = 'DBNull'; Value = [DBNull]::Value }, @{ What = 'a null string'; Value = [nullstring]::Value },
            @{ What = 'an empty list'; Value = @() }, @{ What = 'a list of null'; Value = @($null) } {
        Get-SentQuery @{ key = $Value; other = 1 } | Should -BeExactly '?other=1'
    }

    It '<What> is refused, and the key is named' -ForEach @(
        @{ What = 'a hashtable'; Make = { @{ a = 1 } } }
        @{ What = 'an object'; Make = { [pscustomobject]@{ a = 1 } } }
        @{
            What = 'a NameValueCollection'
            Make = { $n = [Collections.Specialized.NameValueCollection]::new(); $n.Add('a', '1'); , $n }
        }
        @{ What = 'a list in a list'; Make = { , @(1, @(2)) } }
        @{ What = 'a hashtable in a list'; Make = { , @(@{ a = 1 }) } }
        @{ What = 'a JSON object'; Make = { [Text.Json.JsonDocument]::Parse('{"a":1}').RootElement } }
        @{
            What = 'a JSON document that is closed'
            Make = { $d = [Text.Json.JsonDocument]::Parse('{}'); $d.Dispose(); $d }
        }
        @{ What = 'a SecureString'; Make = { ConvertTo-Secret 'hidden-text-1' } }
        @{ What = 'a PSCredential'; Make = { [pscredential]::new('u', (ConvertTo-Secret 'hidden-text-1')) } }
        @{ What = 'a script block'; Make = { { 1 } } }
        @{ What = 'NaN'; Make = { [double]::NaN } }
        @{ What = 'half of a character'; Make = { "a$([char]0xd800)" } }
        @{ What = 'XML''s declaration'; Make = { ([xml]'<?xml version="1.0"?><a/>').FirstChild } }
    ) {
        Clear-FakeRequest
        $value = & $Make
        foreach ($parameter in 'Query', 'Headers') {
            $arguments = @{ $parameter = @{ 'X-Key' = $value } }
            $record = Get-ErrorOf { Invoke-NotionRequest comments @arguments -ErrorAction Stop }
            Assert-NotionError -Record $record -Id $(
                if ($parameter -eq 'Query') { 'InvalidQuery' } else { 'InvalidHeader' }
            ) -Category InvalidArgument -Says 'X-Key'
            "$record" | Should -Match "in -$parameter"
            "$record" | Should -Not -Match 'hidden-text'
        }

        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'a key that is no text is refused' {
        Assert-NotionError {
            Invoke-NotionRequest comments -Query @{ @(1) = 2 } -ErrorAction Stop
        } -Id InvalidQuery -Category InvalidArgument -Says 'key'
    }
}

Describe 'Odd files and replies' {
    AfterEach { Clear-FakeFault }

    It '<Parameter> with a NUL in it is an error of ours' -ForEach @(
        @{ Parameter = 'InFile'; Arguments = @{ Path = 'file_uploads/x/send'; InFile = "a`0b" } }
        @{ Parameter = 'InFile'; Arguments = @{ Path = 'comments'; Method = 'POST'; InFile = "a`0b.json" } }
        @{ Parameter = 'OutFile'; Arguments = @{ Path = 'users/me'; OutFile = "a`0b" } }
    ) {
        Clear-FakeRequest
        Assert-NotionError {
            Invoke-NotionRequest @Arguments -ErrorAction Stop
        } -Id InvalidFilePath -Category InvalidArgument -Says "-$Parameter"
        (Get-FakeRequest).Count | Should -Be 0
    }

    It '-All on a 204 gives nothing' {
        Add-FakeFault @{ kind = 'rawBody'; path = '/v1/users'; status = 204; body = '' }
        Invoke-NotionRequest users -All -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'a reply with a byte order mark is read' {
        Add-FakeFault @{ path = '/v1/users/me'; status = 200; body = "$([char]0xfeff){`"id`":`"x`"}" }
        (Invoke-NotionRequest users/me -ErrorAction Stop).id | Should -BeExactly 'x'
    }

    It 'a path whose variable was empty is an error before anything is sent: <Path>' -ForEach @{ Path = 'pages/' },
            @{ Path = 'blocks//children' }, @{ Path = 'pages/?filter_properties=a' } {
        Clear-FakeRequest
        Assert-NotionError {
            Invoke-NotionRequest $Path -ErrorAction Stop
        } -Id InvalidPath -Category InvalidArgument -Says 'empty part' -Advises 'variable'
        (Get-FakeRequest).Count | Should -Be 0
    }

    It 'a file''s signed address: the error says how to fetch it without the token' {
        $address = 'https://prod-files-secure.s3.us-west-2.amazonaws.com/a/b.pdf?X-Amz-Signature=0123456789abcdef'
        Assert-NotionError {
            Invoke-NotionRequest $address -ErrorAction Stop
        } -Id InvalidPath -Category InvalidArgument -Says 'another host' -Advises 'Invoke-WebRequest'
    }

    It 'a POST to an unknown query takes part in -WhatIf and is sent once' {
        Clear-FakeRequest
        Invoke-NotionRequest things/x/query -Method POST -WhatIf 6>$null | Should -BeNullOrEmpty
        (Get-FakeRequest).Count | Should -Be 0
        Add-FakeFault @{ path = '/v1/things/x/query'; status = 500; body = '{}'; times = 5 }
        $null = Get-ErrorOf { Invoke-NotionRequest things/x/query -Method POST -Confirm:$false -ErrorAction Stop }
        (Get-FakeRequest).Count | Should -Be 1
    }
}
