BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Bodies' {
    AfterEach { Clear-FakeFault }

    It 'are made of <What>' -ForEach @(
        @{
            What = 'values in PowerShell''s wrapping'
            Make = {
                [ordered]@{
                    a = [psobject]::AsPSObject(1); b = [psobject]::AsPSObject('x'); c = [psobject]::AsPSObject(@(1))
                    d = (Write-Output 2.5); e = ('t' | Add-Member note 1 -PassThru)
                }
            }
            Json = '{"a":1,"b":"x","c":[1],"d":2.5,"e":"t"}'
        }
        @{
            What = 'nothing'
            Make = {
                [ordered]@{
                    a = $null; b = [DBNull]::Value; c = [Management.Automation.Internal.AutomationNull]::Value
                    d = @($null)
                }
            }
            Json = '{"a":null,"b":null,"c":null,"d":[null]}'
        }
        @{
            What = 'whole numbers'
            Make = {
                , @([byte]1, [sbyte]-1, [int16]2, [uint16]3, 4, [uint32]5, [long]::MinValue, [ulong]::MaxValue,
                    [bigint]::Pow(10, 30))
            }
            Json = '[1,-1,2,3,4,5,-9223372036854775808,18446744073709551615,1000000000000000000000000000000]'
        }
        @{
            What = 'fractions'; Make = { , @(1.5, [float]0.1, 1.10d, 1e300, 5e-324, -0.0, 0.1) }
            Json = '[1.5,0.1,1.10,1E+300,5E-324,-0,0.1]'
        }
        @{
            What = 'text of every kind'
            Make = { , @('a"\b', "`n`t`0", [char]'x', '漢🚀', "$([char]0xd800)", "$([char]0xdc00)$([char]0xd800)") }
            Json = '["a\"\\b","\u000a\u0009\u0000","x","漢🚀","\ud800","\udc00\ud800"]'
        }
        @{
            What = 'things that have a text'
            Make = {
                , @([guid]'59833787-2cf9-4fdf-8782-e53db20768a5', [uri]'https://x.y/a b?c', [DayOfWeek]::Monday,
                    [version]'1.2.3', [dateonly]'2026-01-02', [timeonly]'03:04')
            }
            Json = ('["59833787-2cf9-4fdf-8782-e53db20768a5","https://x.y/a ' +
                'b?c","Monday","1.2.3","2026-01-02","03:04:00.0000000"]')
        }
        @{
            What = 'dates'
            Make = {
                , @([datetime]::new(2026, 1, 2), [datetime]::new(2026, 1, 2, 0, 0, 0, [DateTimeKind]::Local),
                    [datetime]::new(2026, 1, 2, 0, 0, 0, [DateTimeKind]::Utc),
                    [datetime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Utc),
                    [datetimeoffset]::new(2026, 1, 2, 3, 4, 5, [timespan]::FromHours(-2)),
                    [datetimeoffset]::new(2026, 1, 2, 0, 0, 0, [timespan]::FromHours(-2)))
            }
            Json = ('["2026-01-02","2026-01-02","2026-01-02","2026-01-02T03:04:05.0000000Z",' +
                '"2026-01-02T03:04:05.0000000-02:00","2026-01-02"]')
        }
        @{
            What = 'times beside a time zone without an offset, and moments as that zone''s clock shows them'
            Make = {
                @(
                    [ordered]@{ start = [datetime]::new(2026, 1, 2, 3, 4, 5); time_zone = 'Asia/Tokyo' }
                    [pscustomobject]@{
                        start = [datetime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Local)
                        end = [datetime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Utc); time_zone = 'Asia/Tokyo'
                    }
                    [ordered]@{
                        start = [datetimeoffset]::new(2026, 1, 2, 3, 4, 5, [timespan]::FromHours(-2))
                        end = [dateonly]'2026-01-03'; time_zone = 'Asia/Tokyo'
                    }
                    [ordered]@{ start = [datetime]::new(2026, 1, 2); time_zone = 'Asia/Tokyo' }
                    [ordered]@{ start = [datetime]::new(2026, 1, 2); time_zone = $null }
                )
            }
            Json = ('[{"start":"2026-01-02T03:04:05.0000000","time_zone":"Asia/Tokyo"},' +
                '{"start":"2026-01-02T03:04:05.0000000","end":"2026-01-02T12:04:05.0000000",' +
                '"time_zone":"Asia/Tokyo"},{"start":"2026-01-02T14:04:05.0000000",' +
                '"end":"2026-01-03T00:00:00.0000000","time_zone":"Asia/Tokyo"},' +
                '{"start":"2026-01-02T00:00:00.0000000","time_zone":"Asia/Tokyo"},' +
                '{"start":"2026-01-02","time_zone":null}]')
        }
        @{
            What = 'a time without a kind as local time'
            Make = { , @([datetime]::new(2026, 1, 2, 3, 4, 5)) }
            Json = '["' + [datetime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Local).ToString('o') + '"]'
        }
        @{
            What = 'lists'
            Make = {
                [ordered]@{
                    a = [byte[]](1, 2); b = [Collections.ArrayList]@(1); c = [Collections.Generic.List[string]]@('x')
                    d = [Collections.Generic.HashSet[int]]@(7); e = [Collections.Queue]@(1, 2); f = 1..3
                    g = [int[,]]::new(1, 2)
                }
            }
            Json = '{"a":[1,2],"b":[1],"c":["x"],"d":[7],"e":[1,2],"f":[1,2,3],"g":[0,0]}'
        }
        @{
            What = 'dictionaries'
            Make = {
                $d = [Collections.Generic.Dictionary[string, int]]::new()
                $d['z'] = 1
                $d['Z'] = 2
                $x = [Dynamic.ExpandoObject]::new()
                ([Collections.Generic.IDictionary[string, object]]$x).Add('e', 5)
                [ordered]@{ a = $d; b = $x; c = [Collections.Specialized.OrderedDictionary]::new(); d = @{} }
            }
            Json = '{"a":{"z":1,"Z":2},"b":{"e":5},"c":{},"d":{}}'
        }
        @{
            What = 'keys that have a text'
            Make = {
                $d = [ordered]@{}
                $d.Add(1, 'a')
                $d.Add([DayOfWeek]::Monday, 'b')
                $d.Add([guid]::Empty, 'c')
                $d.Add([psobject]::AsPSObject('w'), 'd')
                $d.Add('', 'e')
                $d
            }
            Json = '{"1":"a","Monday":"b","00000000-0000-0000-0000-000000000000":"c","w":"d","":"e"}'
        }
        @{
            What = 'objects of all kinds'
            Make = {
                class Box { [int] $A = 1; hidden [int] $B = 2 }
                $o = [pscustomobject]@{ x = [Box]::new() }
                $o | Add-Member -MemberType ScriptProperty -Name y -Value { $this.x.A + 1 }
                $o | Add-Member -MemberType AliasProperty -Name z -Value y
                $o
            }
            Json = '{"x":{"A":1},"y":2,"z":2}'
        }
        @{
            What = '.NET''s own JSON'
            Make = {
                [ordered]@{
                    a = [Text.Json.JsonDocument]::Parse('{"b":[1.0]}').RootElement
                    c = [Text.Json.Nodes.JsonNode]::Parse('[true]'); d = [Text.Json.JsonDocument]::Parse('2')
                }
            }
            Json = '{"a":{"b":[1.0]},"c":[true],"d":2}'
        }
        @{
            What = 'a stream'; Make = { [IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes('{"a" : 1}')) }
            Json = '{"a" : 1}'
        }
        @{ What = 'bytes'; Make = { , [Text.Encoding]::UTF8.GetBytes('[1]') }; Json = '[1]' }
        @{
            What = '512 levels'; Make = { $b = @(1); foreach ($level in 1..510) { $b = , $b }; @{ a = $b } }
            Json = '{"a":' + ('[' * 511) + '1' + (']' * 511) + '}'
        }
    ) {
        $body = & $Make
        Get-SentBody $body | Should -BeExactly $Json
    }

    It 'can not be made of <What>, and nothing is sent' -ForEach @(
        @{
            What = 'a list that contains itself'
            Make = { $l = [Collections.ArrayList]::new(); $null = $l.Add($l); , $l }; Id = 'BodyCycle'
        }
        @{
            What = 'an object that contains itself in a dictionary'
            Make = { $o = [pscustomobject]@{ a = @{} }; $o.a.b = $o; $o }; Id = 'BodyCycle'
        }
        @{
            What = 'a reply that was put into itself'; Make = { $o = Get-Reply '{"a":{"b":1}}'; $o.a.b = $o; $o }
            Id = 'BodyCycle'
        }
        @{
            What = '513 levels'; Make = { $b = @{}; foreach ($level in 1..512) { $b = @{ a = $b } }; $b }
            Id = 'BodyTooDeep'
        }
        @{
            What = '512 levels of a reply, one level below'
            Make = { @{ a = Get-Reply (('{"a":' * 512) + '1' + ('}' * 512)) } }; Id = 'BodyTooDeep'
        }
        @{ What = 'a SecureString'; Make = { @{ a = , [securestring]::new() } }; Id = 'BodySecret' }
        @{
            What = 'a credential'; Make = { @{ a = [pscredential]::new('u', [securestring]::new()) } }
            Id = 'BodySecret'
        }
        @{
            What = 'a TimeSpan'; Make = { @{ a = [timespan]'1.02:03:04' } }; Id = 'InvalidBody'
            Says = "a TimeSpan at 'a'"
        }
        @{ What = 'infinity'; Make = { @{ a = [float]::PositiveInfinity } }; Id = 'InvalidBody' }
        @{ What = 'a type'; Make = { @{ a = [string] } }; Id = 'InvalidBody' }
        @{ What = 'a stream inside'; Make = { @{ a = [IO.MemoryStream]::new() } }; Id = 'InvalidBody' }
        @{ What = 'a key that is an object'; Make = { @{ @{ a = 1 } = 2 } }; Id = 'InvalidBody' }
        @{ What = 'keys with one text'; Make = { $d = @{ 1 = 'a' }; $d['1'] = 'b'; $d }; Id = 'InvalidBody' }
        @{
            What = 'a script property that throws'
            Make = {
                [pscustomobject]@{ a = 1 } |
                    Add-Member -MemberType ScriptProperty -Name b -Value { throw 'no way' } -PassThru
            }
            Id = 'BodyUnreadable'; Says = 'no way'
        }
        @{
            What = 'a list that breaks off'
            Make = { @{ a = [Linq.Enumerable]::Select([int[]](1, 2), [Func[int, object]] { throw 'broken list' }) } }
            Id = 'BodyUnreadable'
        }
        @{
            What = 'a stream that ends early'
            Make = { [IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes('{"a":[1,2')) }; Id = 'BodyNotJson'
            Says = 'ends early'
        }
        @{ What = 'an empty stream'; Make = { [IO.MemoryStream]::new() }; Id = 'BodyNotJson' }
        @{
            What = 'a stream that is closed'; Make = { $s = [IO.MemoryStream]::new(); $s.Dispose(); $s }
            Id = 'BodyUnreadable'
        }
        @{
            What = 'a compressed stream that is cut'
            Make = {
                [IO.Compression.GZipStream]::new([IO.MemoryStream]::new([byte[]](31, 139, 8, 0, 0)),
                    [IO.Compression.CompressionMode]::Decompress)
            }
            Id = 'BodyNotJson|BodyUnreadable'
        }
        @{ What = 'empty text'; Make = { '  ' }; Id = 'BodyNotJson' }
        @{
            What = 'text with half a character'; Make = { "[`"$([char]0xd800)`"]" }; Id = 'BodyNotJson'
            Says = 'surrogate'
        }
        @{
            What = 'bytes that are no UTF-8'; Make = { , [byte[]](0x22, 0xc3, 0x28, 0x22) }; Id = 'BodyNotJson'
            Says = 'UTF-8'
        }
        @{ What = 'text of 513 levels'; Make = { ('[' * 513) + (']' * 513) }; Id = 'BodyNotJson'; Says = '512 levels' }
        @{
            What = 'a file that ends early'
            Make =
                { $file = Join-Path (New-TestFolder) 'b.json'; [IO.File]::WriteAllText($file, '{"a":'); Get-Item $file }
            Id = 'BodyNotJson'
        }
        @{ What = 'a file that is a folder'; Make = { [IO.FileInfo](New-TestFolder) }; Id = 'BodyUnreadable' }
    ) {
        $body = & $Make
        Clear-FakeRequest
        $record = Get-ErrorOf { Invoke-NotionRequest comments -Method POST -Body $body -ErrorAction Stop }
        ($record.FullyQualifiedErrorId -split ',')[0] | Should -Match "^($Id)$"
        Assert-NotionError -Record $record -Id ($record.FullyQualifiedErrorId -split
            ',')[0] -Category InvalidArgument -Says 'Nothing was sent'
        if ($Says) { "$record" | Should -Match $Says }
        (Get-FakeRequest).Count | Should -Be 0
    }
}
