# The cases of Conversion.Tests.ps1: $useCases and $textCases.
# Ways to use an object. Each is tried with an object of a reply and with one that was built at once from the same
# JSON.
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
