using namespace System.Management.Automation
using namespace System.Text.Json

BeforeDiscovery {
    # What people do with objects. Each is done with an object as it came and with one that was built at once from the
    # same JSON.
    $uses = [ordered]@{
        'properties: name, kind, type, text' = {
            param($o)
            $o.PSObject.Properties | ForEach-Object {
                $_.Name, $_.MemberType, $_.TypeNameOfValue, $_.IsSettable, $_.IsGettable, $_.IsInstance, $_.ToString(),
                    $_.Value
            }
        }
        'properties that nobody has looked at: type' =
            { param($o) $o.PSObject.Properties | ForEach-Object TypeNameOfValue }
        'properties that nobody has looked at: text' = { param($o) $o.PSObject.Properties | ForEach-Object ToString }
        'members by pattern' = {
            param($o)
            $o.PSObject.Members.Match('*e*') | ForEach-Object { "$($_.Name) $($_.MemberType) $($_.Value)" }
        }
        'Get-Member' = { param($o) $o, $o.properties, $o.created_by | Get-Member | Out-String }
        'text' = { param($o) "$o", $o.ToString(), "$($o.properties)", "$($o.numbers)", [string]$o.parent }
        'type names' = {
            param($o)
            $o.PSObject.TypeNames + $o.properties.PSObject.TypeNames + $o.created_by.PSObject.TypeNames +
                $o.PSObject.BaseObject.GetType().FullName + $o.numbers.GetType().FullName
        }
        'member access' = {
            param($o)
            $o.ID, $o.properties.Name.title[0].plain_text, $o.properties.'Food group'.select.name, $o.nothing.at.all,
                $o.numbers[-1], $o.matrix[0][1], $o.psobject.Properties['url'].Value
        }
        'member access over lists' = {
            param($o)
            $o.properties.Tags.multi_select.name, $o.properties.Tags.multi_select.Count, $o.empty_list.Count,
                $o.one.Count, $o.properties.PSObject.Properties.Value.type
        }
        'operators' = {
            param($o)
            ($o.numbers -contains 2), ($o.archived -eq $false), ($null -eq $o.icon), ($o.id -like '59*'),
                ($o.numbers -is [array]), ($o.numbers -join ','), ($o.properties.Number.number + 1),
                [bool]$o.empty_list, [bool]$o.one
        }
        'kinds of values' = {
            param($o)
            foreach ($value in $o.kinds.PSObject.Properties.Value) {
                if ($null -eq $value) { 'null' } else { $value.GetType().FullName; $value }
            }
        }
        'Select-Object' = {
            param($o)
            $o | Select-Object id, parent, missing,
                @{ Name = 'Title'; Expression = { $_.properties.Name.title[0].plain_text } }
        }
        'Select-Object *' = { param($o) $o | Select-Object * }
        'Select-Object -ExcludeProperty' = { param($o) $o | Select-Object -Property *d* -ExcludeProperty *time }
        'Select-Object -ExpandProperty' =
            { param($o) $o | Select-Object id -ExpandProperty properties; $o | Select-Object -ExpandProperty numbers }
        'Where-Object' = {
            param($o)
            $o | Where-Object object -EQ page
            $o.properties.Tags.multi_select | Where-Object { $_.color -ne 'gray' } | ForEach-Object name
        }
        'Sort-Object' = {
            param($o)
            $o.properties.PSObject.Properties.Value | Sort-Object type, id -Descending | ForEach-Object id
            $o.people | Sort-Object { $_.person.email } | ForEach-Object id
        }
        'Group-Object' = {
            param($o)
            $o.people | Group-Object type | ForEach-Object { "$($_.Name) $($_.Count) $($_.Group.id)" }
            ($o.people | Group-Object id -AsHashTable -AsString).Keys | Sort-Object
        }
        'Measure-Object' = { param($o) $o.people | Measure-Object rank -Sum -Maximum | Out-String }
        'Compare-Object' = {
            param($o)
            Compare-Object $o.people[0] $o.people[1] -Property type, id | Out-String
            Compare-Object $o.people $o.people.Clone() -Property id -IncludeEqual | Out-String
        }
        'ForEach-Object with a name' = { param($o) $o.people | ForEach-Object name; $o | ForEach-Object ToString }
        'Format-Table' =
            { param($o) $o.people | Format-Table | Out-String -Width 200; $o | Format-Table * | Out-String -Width 300 }
        'Format-List' = { param($o) $o | Format-List * | Out-String -Width 200; $o.parent | Format-List | Out-String }
        'Format-Wide' = { param($o) $o.people | Format-Wide id | Out-String -Width 80 }
        'Format-Custom' = { param($o) $o | Format-Custom * -Depth 6 | Out-String -Width 200 }
        'ConvertTo-Json' = {
            param($o)
            $o | ConvertTo-Json -Depth 100
            $o | ConvertTo-Json -Depth 2 -Compress -WarningAction Ignore
            , $o.one | ConvertTo-Json -Depth 100
        }
        'ConvertTo-Csv' = { param($o) $o | ConvertTo-Csv; $o.people | ConvertTo-Csv }
        'ConvertTo-Html' = { param($o) $o.people | ConvertTo-Html -Property id, name, person }
        'ConvertTo-Xml' = { param($o) ($o | ConvertTo-Xml -Depth 8 -As String) }
        'Export-Csv and Import-Csv' = {
            param($o)
            $file = Join-Path $TestDrive "$([guid]::NewGuid()).csv"
            $o.people | Export-Csv $file
            [IO.File]::ReadAllText($file)
            Import-Csv $file
        }
        'Export-Clixml and Import-Clixml' = {
            param($o)
            $file = Join-Path $TestDrive "$([guid]::NewGuid()).xml"
            $o | Export-Clixml $file -Depth 20
            [IO.File]::ReadAllText($file) -replace 'RefId="[^"]*"'
            Import-Clixml $file | ConvertTo-Json -Depth 100
        }
        'assignment' = {
            param($o)
            $o.id = 'new'
            $o.icon = @{ a = 1 }
            $o.properties.Name.title[0].plain_text = 'changed'
            $o.numbers[1] = 'two'
            $o.created_by = $null
            $o | ConvertTo-Json -Depth 100
        }
        'assignment through the property' = {
            param($o)
            $o.PSObject.Properties['url'].Value = 5
            $o.url
            $o.PSObject.Properties['url'].TypeNameOfValue
            $o.PSObject.Properties['url'].ToString()
        }
        'assignment to what is not there' = { param($o) try { $o.missing = 1 } catch { $_.FullyQualifiedErrorId } }
        'Add-Member' = {
            param($o)
            $o | Add-Member Extra 1
            $o | Add-Member -MemberType ScriptProperty -Name Computed -Value { "$($this.id)!" }
            $o | Add-Member -Name id -Value over -MemberType NoteProperty -Force
            $o.Computed
            try { $o | Add-Member -NotePropertyName url -NotePropertyValue 1 -ErrorAction Stop }
            catch { $_.FullyQualifiedErrorId }
            $o | ConvertTo-Json -Depth 100
        }
        'removing properties' = {
            param($o)
            $o.PSObject.Properties.Remove('id')
            $o.PSObject.Members.Remove('PARENT')
            $o.properties.PSObject.Properties.Remove('Name')
            $o | ConvertTo-Json -Depth 100
        }
        'a property moved to another object' = {
            param($o)
            $other = [pscustomobject]@{ a = 1 }
            $other.PSObject.Properties.Add($o.PSObject.Properties['parent'])
            $other.parent.type = 'moved'
            $o.parent.type
            [object]::ReferenceEquals($o.parent, $other.parent)
            $other.parent = 5
            $o.parent.type
            $other
        }
        'a property''s copy' = {
            param($o)
            $copy = $o.PSObject.Properties['parent'].Copy()
            [object]::ReferenceEquals($o.parent, $copy.Value)
            $copy.Value = 1
            $o.parent.type
            $copy.Name
            "$($copy.MemberType)"
            "$copy"
        }
        'Copy' = {
            param($o)
            $copy = $o.PSObject.Copy()
            $copy.id = 'copy'
            $copy.properties.Number.number = 99
            $copy.numbers[0] = 99
            $copy.PSObject.Properties.Remove('url')
            [object]::ReferenceEquals($copy.parent, $o.parent)
            $copy
            $o
        }
        'one object each time' = {
            param($o)
            [object]::ReferenceEquals($o.properties, $o.properties)
            [object]::ReferenceEquals($o.people[0], $o.people[0])
            [object]::ReferenceEquals($o.parent, $o.PSObject.Properties['parent'].Value)
            $o -eq $o
            $o.GetHashCode() -eq $o.GetHashCode()
        }
        'a hash table''s key' = { param($o) $table = @{ $o = 1; $o.parent = 2 }; $table[$o], $table[$o.parent] }
        'a parameter by property name' = {
            param($o)
            function Show-Bound {
                param(
                    [Parameter(ValueFromPipelineByPropertyName)] $Id,
                    [Parameter(ValueFromPipelineByPropertyName)] $Parent
                )
                process { $Id; $Parent.type }
            } $o | Show-Bound
        }
        'a class' = {
            param($o)
            class Thing { [string] $id; [array] $people } $thing = [Thing]($o | Select-Object id, people)
            $thing.id
            $thing.people.name
        }
        'a switch and a loop' = {
            param($o)
            switch ($o.numbers) { 2 { 'two' } default { $_ } }
            foreach ($person in $o.people) { $person.id }
            foreach ($nothing in $o.empty_list) { 'never' }
        }
        'strict mode' = {
            param($o)
            & {
                Set-StrictMode -Version Latest
                $o.id
                $o.parent.type
                try { $o.missing } catch { $_.FullyQualifiedErrorId }
            }
        }
        'ForEach-Object -Parallel' = {
            param($o)
            $o | ForEach-Object -Parallel {
                $_.id
                $_.properties.Name.title[0].plain_text
                $_.parent | ConvertTo-Json -Depth 5
            }
            1 | ForEach-Object -Parallel { ($using:o).people.name }
        }
        'Start-ThreadJob' = {
            param($o)
            Start-ThreadJob { $using:o; $args[0].parent } -ArgumentList $o | Receive-Job -Wait -AutoRemoveJob
        }
        'Start-Job, there and back' = {
            param($o)
            Start-Job { $args[0]; $args[0].parent.type; $args[0].PSObject.TypeNames[0] } -ArgumentList $o |
                Receive-Job -Wait -AutoRemoveJob | Select-Object * -ExcludeProperty RunspaceId, PSSourceJobInstanceId
        }
        'Write-Output, Tee-Object, Out-String' =
            { param($o) Write-Output $o -NoEnumerate | Tee-Object -Variable kept | Out-String -Width 300; $kept.id }
        'splatting into -f' = { param($o) '{0} {1} {2:n2}' -f $o.id, $o.parent, $o.properties.Number.number }
    }
    $useCases = foreach ($name in $uses.Keys) { @{ Name = $name; Use = $uses[$name] } }

    $texts = [ordered]@{
        'whole numbers' = '{"a":0,"b":-1,"c":9223372036854775807,"d":-9223372036854775808,"e":9223372036854775808,' +
            '"f":123456789012345678901234567890}'
        'fractions' = '{"a":0.1,"b":1.0,"c":1.5e3,"d":-2.5E-7,"e":1e2,"f":12345678901234567.89,' +
            '"g":0.1000000000000000055511151231257827,"h":5e-324,"i":1.7976931348623157e308,"j":100.10}'
        'numbers that .NET has no type for' =
            '{"a":1e400,"b":-1e400,"c":1e-400,"d":0.1234567890123456789012345678901234567890123,' +
            '"e":[1e999999999999999999999,-1E+999]}'
        'minus nothing' = '{"a":-0,"b":-0.0,"c":[-0],"d":-0e5}'
        'a number of 5,000 digits' = '{"a":' + ('7' * 5000) + '}'
        'empty things' = '{"a":{},"b":[],"c":"","d":null,"e":[{}],"f":[[]],"g":[null],"h":[""]}'
        'lists of one' = '{"a":[1],"b":[[1]],"c":[[[{"d":[true]}]]],"d":["x"]}'
        'text' =
            '{"a":"naïve 漢字 🚀","b":"\"\\\/\b\f\n\r\t","c":"\u0000\u001f\u007f\u2028",' +
            '"d":"\u00e9\uD83D\uDE00","e":"2026-11-21T10:00:00.000Z","f":"/Date(1)/"}'
        'lone surrogates' = '{"a":"\ud800","b":"x\udc00y","c":"\ud83d\ud83d\ude00","\ud800":"key","d":["\udfff"]}'
        'names' =
            '{"with space":1,"$ref":2,"a.b":3,"漢":4,"\u0061\n":5,"Count":6,"Length":7,"ToString":8,' +
            '"Keys":9,"GetType":10,"PSTypeName":11}'
        'spaces between' = " {`r`n `"a`" :`t[ 1 , 2 ] , `"b`" : { } }`n"
        'a list' = '[1,"a",null,{"b":[]},[2.50]]'
        'a string' = '"just text \u00e9"'
        'a number' = '12.50'
        'true' = 'true'
        '512 levels' = ('{"a":[' * 255) + '{"a":1e2}' + (']}' * 255)
    }
    $textCases = foreach ($name in $texts.Keys) { @{ Name = $name; Json = $texts[$name] } }
}

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

    function Get-Reply {
        <#
        .SYNOPSIS
        What Invoke-NotionRequest makes of a reply.
        #>
        param([string] $Json, [switch] $AsHashtable)

        Add-FakeFault @{ path = '/v1/users/me'; status = 200; body = $Json }
        Invoke-NotionRequest users/me -AsHashtable:$AsHashtable -ErrorAction Stop
    }

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

    Context 'nobody can tell them from objects that were made at once' {
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
            foreach ($round in 1..10) {
                $object = Get-Reply $reply
                foreach ($item in $object.results) { $item.a = $null; $null = $item.b }
                $kept.Add($object)
            }

            $object = $null
            ([GC]::GetTotalMemory($true) - $before) / 10 | Should -BeLessThan 200KB
            $kept.Count | Should -Be 10
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
        @{ What = 'things that have a text'
        Make = {
            , @([guid]'59833787-2cf9-4fdf-8782-e53db20768a5', [uri]'https://x.y/a b?c', [DayOfWeek]::Monday,
                [timespan]'1.02:03:04', [version]'1.2.3', [dateonly]'2026-01-02', [timeonly]'03:04')
        }
            Json = ('["59833787-2cf9-4fdf-8782-e53db20768a5","https://x.y/a ' +
                'b?c","Monday","1.02:03:04","1.2.3","2026-01-02","03:04:00.0000000"]') }
        @{ What = 'dates'
        Make = {
            , @([datetime]::new(2026, 1, 2), [datetime]::new(2026, 1, 2, 3, 4, 5),
                [datetime]::new(2026, 1, 2, 0, 0, 0, [DateTimeKind]::Utc),
                [datetimeoffset]::new(2026, 1, 2, 3, 4, 5, [timespan]::FromHours(-2)))
        }
            Json = ('["2026-01-02","2026-01-02T03:04:05.0000000","2026-01-02T00:00:00.0000000Z",' +
                '"2026-01-02T03:04:05.0000000-02:00"]') }
        @{ What = 'lists'
        Make = {
            [ordered]@{
                a = [byte[]](1, 2); b = [Collections.ArrayList]@(1); c = [Collections.Generic.List[string]]@('x')
                d = [Collections.Generic.HashSet[int]]@(7); e = [Collections.Queue]@(1, 2); f = 1..3
                g = [int[,]]::new(1, 2)
            }
        }
            Json = '{"a":[1,2],"b":[1],"c":["x"],"d":[7],"e":[1,2],"f":[1,2,3],"g":[0,0]}' }
        @{ What = 'dictionaries'
        Make = {
            $d = [Collections.Generic.Dictionary[string, int]]::new()
            $d['z'] = 1
            $d['Z'] = 2
            $x = [Dynamic.ExpandoObject]::new()
            ([Collections.Generic.IDictionary[string, object]]$x).Add('e', 5)
            [ordered]@{ a = $d; b = $x; c = [Collections.Specialized.OrderedDictionary]::new(); d = @{} }
        }
            Json = '{"a":{"z":1,"Z":2},"b":{"e":5},"c":{},"d":{}}' }
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
