using namespace System.Management.Automation
using namespace System.Text.Json

BeforeDiscovery { . (Join-Path $PSScriptRoot 'Support/ConversionCases.ps1') }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $arguments = (New-FakeToken -Workspace Acme).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly -Name Seeded

    $sample = @'
{"object":"page","id":"59833787-2cf9-4fdf-8782-e53db20768a5","created_time":"2022-03-01T19:05:00.000Z",
"created_by":{"object":"user","id":"ee5f0f84"},
"icon":null,"archived":false,"in_trash":true,"parent":{"type":"data_source_id","data_source_id":"d9824bdc"},
"properties":{"Name":{"id":"title","type":"title",
"title":[{"type":"text","text":{"content":"Tuscan kale","link":null},"plain_text":"Tuscan kale \"x\"","href":null}]},
"Tags":{"id":"t|O@","type":"multi_select",
"multi_select":[{"id":"1","name":"Gus's","color":"yellow"},{"id":"2","name":"Rainbow","color":"gray"}]},
"Food group":{"id":"A%40Hk","type":"select","select":{"name":"🥬 Vegetable","color":"pink"}},
"Number":{"id":"BJXS","type":"number","number":2.5}},
"people":[{"object":"user","id":"b","name":"Bea","type":"person","rank":2,"person":{"email":"b@x.y"}},
{"object":"user","id":"a","name":"Ann","type":"bot","rank":1.5,"person":{"email":"a@x.y"}}],
"numbers":[1,2,3.5],"matrix":[[1,2],[3]],"one":["x"],"empty_list":[],"empty_object":{},
"kinds":{"long":1,"double":1.5,"decimal":12345678901234567.89,"big":123456789012345678901234567890,
"true":true,"false":false,"null":null,"text":"t","date":"2026-01-01"},
"url":"https://www.notion.so/x"}
'@

    function ConvertTo-EagerObject {
        <#
        .SYNOPSIS
        The object of a JSON text with everything in it made at once, of nothing but PowerShell's own.
        #>
        param([JsonElement] $Element)

        switch ($Element.ValueKind) {
            Object {
                $made = [psobject]::new()
                foreach ($member in $Element.EnumerateObject()) {
                    $made.PSObject.Properties.Add(
                        [psnoteproperty]::new($member.Name, (ConvertTo-EagerObject $member.Value))
                    )
                }
                if ($made.PSObject.Properties['object']) {
                    $made.PSObject.TypeNames.Insert(0, 'Notion.' + (Get-Culture).TextInfo.ToTitleCase($made.object))
                }
                return $made
            }
            Array {
                $items = [Collections.Generic.List[object]]::new()
                foreach ($item in $Element.EnumerateArray()) { $items.Add((ConvertTo-EagerObject $item)) }
                return , $items.ToArray()
            }
            String { return $Element.GetString() }
            Number {
                $text = $Element.GetRawText()
                if ($text -match '^-?\d+$') {
                    return $(if ($text.Length -lt 19) { [long]$text } else { [bigint]::Parse($text) })
                }
                return $(
                    if ($text.Length -gt 17) { [decimal]::Parse($text, [cultureinfo]::InvariantCulture) }
                    else { [double]::Parse($text, [cultureinfo]::InvariantCulture) }
                )
            }
            True { return $true }
            False { return $false }
            Null { return $null }
        }
    }

    function Get-Shape {
        <#
        .SYNOPSIS
        Everything that is to be seen of objects, as text: types, type names, properties in their order, values.
        #>
        param($Value)

        [PSSerializer]::Serialize(@($Value),
            30) -replace '(?<=N="(RunspaceId|InstanceId)">)[0-9a-f-]+' -replace 'RefId="[^"]*"', 'RefId=""'
    }

    function Invoke-OnEverything {
        <#
        .SYNOPSIS
        Looks at everything in an object.
        #>
        param($Value)

        if ($Value -is [array]) { foreach ($item in $Value) { Invoke-OnEverything $item } }
        elseif ($Value -is [psobject] -and $Value.PSObject.BaseObject.GetType().Name -eq 'PSCustomObject') {
            foreach ($property in $Value.PSObject.Properties) { Invoke-OnEverything $property.Value }
        }
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Objects of replies' {
    AfterEach { Clear-FakeFault }

    Context 'look like objects that were made at once' {
        It '<Name>' -ForEach $useCases {
            $document = [JsonDocument]::Parse($sample)
            $expected = @(& $Use (ConvertTo-EagerObject $document.RootElement))
            $actual = @(& $Use (Get-Reply $sample))
            $expected.Count | Should -BeGreaterThan 0
            Get-Shape $actual | Should -BeExactly (Get-Shape $expected)
        }

        It 'also when all of it has been looked at: <Name>' -ForEach $useCases[0..20] {
            $document = [JsonDocument]::Parse($sample)
            $expected = @(& $Use (ConvertTo-EagerObject $document.RootElement))
            $object = Get-Reply $sample
            Invoke-OnEverything $object
            Get-Shape @(& $Use $object) | Should -BeExactly (Get-Shape $expected)
        }
    }

    Context 'two runspaces at one object' {
        It 'see one and the same value' {
            $script = {
                param($objects, $start)
                $start.SignalAndWait()
                foreach ($object in $objects) {
                    , @($object.properties, $object.properties.Name, $object.people, $object.people[1], $object.parent,
                        $object.numbers)
                }
            }
            $objects = foreach ($round in 1..40) { Get-Reply $sample }
            $start = [Threading.Barrier]::new(4)
            $shells = foreach ($number in 1..4) {
                $shell = [powershell]::Create().AddScript($script).AddArgument($objects).AddArgument($start)
                @{ Shell = $shell; Result = $shell.BeginInvoke() }
            }
            $seen = foreach ($shell in $shells) { , @($shell.Shell.EndInvoke($shell.Result)) }
            foreach ($object in 0..39) {
                foreach ($value in 0..5) {
                    $first = $seen[0][$object][$value]
                    $first | Should -Not -BeNullOrEmpty
                    foreach ($other in 1..3) {
                        [object]::ReferenceEquals($first, $seen[$other][$object][$value]) | Should -BeTrue
                    }
                }
            }
        }

        It 'lose no assignment to a look' {
            foreach ($round in 1..40) {
                $object = Get-Reply $sample
                $start = [Threading.Barrier]::new(2)
                $shell = [powershell]::Create().AddScript(
                    { param($object, $start) $start.SignalAndWait(); $object.properties }
                ).AddArgument($object).AddArgument($start)
                $result = $shell.BeginInvoke()
                $start.SignalAndWait()
                $object.properties = 'mine'
                $seen = $shell.EndInvoke($result)[0]
                $object.properties | Should -BeExactly 'mine'
                "$seen" | Should -Match '^(mine|@\{Name=.*)$'
            }
        }
    }

    Context 'what they keep alive' {
        It 'is not the reply that they came with' {
            # 200 lists of about 1 MB, of each of which one small item is kept.
            $item = '{"object":"page","id":"1","filler":"' + ('x' * 5000) + '"}'
            $reply = '{"object":"list","results":[' + ((@($item) * 200) -join ',') +
                '],"next_cursor":null,"has_more":false}'
            $kept = [Collections.Generic.List[object]]::new()
            $kept.Add((Get-Reply $reply).results[7])
            $before = [GC]::GetTotalMemory($true)
            foreach ($round in 1..40) { $kept.Add((Get-Reply $reply).results[7]) }
            $after = [GC]::GetTotalMemory($true)
            $kept[20].id | Should -BeExactly '1'
            ($after - $before) / 40 | Should -BeLessThan 200KB
        }

        It 'is not their JSON, once all of it has been looked at' {
            $reply = '{"results":[' + ((@('{"a":"' + ('x' * 100000) + '","b":1}') * 20) -join ',') + ']}'
            $kept = [Collections.Generic.List[object]]::new()
            $warm = Get-Reply $reply
            foreach ($item in $warm.results) { $item.a = $null; $null = $item.b }
            $before = [GC]::GetTotalMemory($true)
            foreach ($round in 1..40) {
                $object = Get-Reply $reply
                foreach ($item in $object.results) { $item.a = $null; $null = $item.b }
                $kept.Add($object)
            }

            $object = $null
            ([GC]::GetTotalMemory($true) - $before) / 40 | Should -BeLessThan 200KB
            $kept.Count | Should -Be 40
        }
    }

    Context 'what was read can be sent back' {
        It '<Name>: <What>' -ForEach @(
            foreach ($case in $textCases) {
                @{ Name = $case.Name; Json = $case.Json; What = 'untouched'; Touch = { }; AsHashtable = $false }
                @{
                    Name = $case.Name; Json = $case.Json; What = 'all of it looked at'
                    Touch = { param($o) Invoke-OnEverything $o }; AsHashtable = $false
                }
                @{ Name = $case.Name; Json = $case.Json; What = 'as a hashtable'; Touch = { }; AsHashtable = $true }
            }
        ) {
            $object = Get-Reply $Json -AsHashtable:$AsHashtable
            & $Touch $object
            $sent = Get-SentBody @{ it = $object }
            $options = [JsonDocumentOptions]@{ MaxDepth = 1000 }
            $expected = [JsonDocument]::Parse("{`"it`":$Json}", $options).RootElement
            $actual = [JsonDocument]::Parse($sent, $options).RootElement
            switch ($Name) {
                # .NET's own comparison reads neither of these.
                'lone surrogates' {
                    $sent.Replace('\ud83d\ude00', '😀') |
                        Should -BeExactly "{`"it`":$Json}".Replace('\ud83d\ude00', '😀')
                }
                'numbers that .NET has no type for' { $sent | Should -BeExactly "{`"it`":$Json}" }
                default {
                    [JsonElement]::DeepEquals($expected, $actual) | Should -BeTrue -Because "'$sent' must mean '$Json'"
                }
            }

            if ($Name -eq 'minus nothing') {
                [regex]::Matches($sent, '-0').Count | Should -Be 4 -Because "'$sent' must keep the signs"
            }
        }

        It 'with what was changed in it, and nothing else' {
            $object = Get-Reply $sample
            $object.properties.Name.title[0].text.content = 'New'
            $object.numbers[0] = 1.25
            $object.people += @{ id = 'c' }
            $object | Add-Member extra ([ordered]@{ z = 1; a = @(1) })
            $object.PSObject.Properties.Remove('url')
            $sent = Get-SentBody $object
            $expected = $sample.Trim() -replace '"content":"Tuscan kale"', '"content":"New"' -replace '\[1,2,3\.5\]',
                '[1.25,2,3.5]' -replace '(\{"email":"a@x\.y"\}\})\]', '$1,{"id":"c"}]' -replace '"url":"[^"]*"',
                '"extra":{"z":1,"a":[1]}'
            $sent -replace '\s*\n' | Should -BeExactly ($expected -replace '\s*\n')
        }

        It 'keeps the text of a number that no type holds, wherever it is put' {
            $object = Get-Reply '{"a":1e400,"b":[0.1234567890123456789012345678901234567890]}'
            $object.a | Should -Be ([double]::PositiveInfinity)
            Get-SentBody @{ x = @{ y = $object.a; z = $object.b } } | Should -Match '"y":1e400'
            Get-SentBody @($object.b[0], $object.a) |
                Should -BeExactly '[0.1234567890123456789012345678901234567890,1e400]'
        }
    }

    Context 'what can not be an object is found at once' {
        It '<What>' -ForEach @(
            @{ What = 'nothing but a brace'; Json = '{'; Id = 'InvalidReply' }
            @{ What = 'a tail that is missing'; Json = '{"a":{"b":[1,2,{"c":1}]}'; Id = 'InvalidReply' }
            @{ What = 'something after the end'; Json = '{"a":1} x'; Id = 'InvalidReply' }
            @{ What = 'a second value'; Json = '{"a":1}{"b":2}'; Id = 'InvalidReply' }
            @{ What = 'a broken number deep inside'; Json = '{"a":{"b":[{"c":01}]}}'; Id = 'InvalidReply' }
            @{ What = 'a broken escape deep inside'; Json = '{"a":{"b":[{"c":"\x"}]}}'; Id = 'InvalidReply' }
            @{ What = 'half an escape'; Json = '{"a":{"b":["\u12"]}}'; Id = 'InvalidReply' }
            @{ What = 'a control character in text'; Json = "{`"a`":{`"b`":`"`n`"}}"; Id = 'InvalidReply' }
            @{ What = 'a trailing comma'; Json = '{"a":[1,]}'; Id = 'InvalidReply' }
            @{ What = 'a comment'; Json = '{"a":[1/* */]}'; Id = 'InvalidReply' }
            @{ What = 'NaN'; Json = '{"a":NaN}'; Id = 'InvalidReply' }
            @{ What = '513 levels'; Json = ('[' * 513) + (']' * 513); Id = 'InvalidReply' }
            @{ What = '1,000 levels'; Json = ('{"a":' * 1000) + '1' + ('}' * 1000); Id = 'InvalidReply' }
            @{ What = 'keys that differ in case'; Json = '{"A":1,"a":2}'; Id = 'DuplicateKey' }
            @{
                What = 'keys that differ in case, deep inside'
                Json = '{"x":[{"y":{"Name":1,"z":{"name":0},"NAME":2}}]}'; Id = 'DuplicateKey'
            }
            @{
                What = 'keys that differ in case, of another script'; Json = '{"x":{"Ärger":1,"ärger":2}}'
                Id = 'DuplicateKey'
            }
            @{ What = 'keys that differ in case, escaped'; Json = '{"x":{"a":1,"\u0041":2}}'; Id = 'DuplicateKey' }
            @{
                What = 'keys that differ in case among many'
                Json = '{"x":{' + ((1..60 | ForEach-Object { "`"k$_`":$_" }) -join ',') + ',"K7":0}}'
                Id = 'DuplicateKey'
            }
            @{ What = 'an empty key deep inside'; Json = '{"x":{"y":[{"":1}]}}'; Id = 'DuplicateKey' }
            @{ What = 'a key that PowerShell keeps for itself'; Json = '{"x":{"PSObject":1}}'; Id = 'DuplicateKey' }
        ) {
            Add-FakeFault @{ path = '/v1/users/me'; status = 200; body = $Json }
            Assert-NotionError { Invoke-NotionRequest users/me -ErrorAction Stop } -Id $Id -Category InvalidData
        }

        It 'one key twice, which JSON leaves open: <Json>' -ForEach @{ Json = '{"a":1,"a":2}' },
                @{ Json = '{"x":[{"a":1,"\u0061":2}]}' }, @{ Json = '{"":1,"":2}' } {
            foreach ($asHashtable in $true, $false) {
                Add-FakeFault @{ path = '/v1/users/me'; status = 200; body = $Json }
                Assert-NotionError {
                    Invoke-NotionRequest users/me -AsHashtable:$asHashtable -ErrorAction Stop
                } -Id DuplicateKey -Category InvalidData
            }
        }

        It 'and a hashtable holds <Json>' -ForEach @{ Json = '{"A":1,"a":2,"":3}' },
                @{ Json = '{"x":[{"PSObject":{"":1},"psobject":2}]}' }, @{ Json = '{"Ä":1,"ä":2}' } {
            Get-SentBody (Get-Reply $Json -AsHashtable) | Should -BeExactly $Json
        }

        It 'allows one name in several objects: <Json>' -ForEach @{
            Json = '{"a":{"a":{"A":1}},"b":[{"a":1},{"A":2}]}'
        }, @{ Json = '{"id":1,"x":{"ID":2},"y":3}' } {
            Get-SentBody (Get-Reply $Json) | Should -BeExactly $Json
        }
    }
}
