BeforeDiscovery {
    $text = { param($words) '[{"type":"text","text":{"content":"' + $words + '"},"plain_text":"' + $words + '"}]' }
    $common = '"id":"59833787-2cf9-4fdf-8782-e53db20768a5","created_time":"2026-03-01T19:05:00.000Z",' +
        '"last_edited_time":"2026-07-06T20:25:00.000Z","created_by":{"object":"user","id":"u","name":"Ann"}'
    $objects = @(
        @{
            Kind = 'a page'; Has = @{ Title = 'Tuscan kale'; CreatedBy = 'Ann'; LastEditedBy = '' }
            Times = 'Created', 'LastEdited'
            Json = '{"object":"page",' + $common + ',"properties":{"Name":{"id":"title","type":"title","title":' +
                (& $text 'Tuscan kale') + '}}}'
        }
        @{
            Kind = 'a block'; Has = @{ Text = '[x] Buy'; Children = $true }; Times = @()
            Json = '{"object":"block",' + $common + ',"has_children":true,"type":"to_do","to_do":{"checked":true,' +
                '"rich_text":' + (& $text 'Buy') + '}}'
        }
        @{
            Kind = 'a comment'; Has = @{ Text = 'Well done'; Author = 'Ann' }; Times = @('Created')
            Json = '{"object":"comment",' + $common + ',"display_name":{"type":"user","resolved_name":"Ann"},' +
                '"rich_text":' + (& $text 'Well done') + '}'
        }
        @{
            Kind = 'a person'; Has = @{ Email = 'ann@x.y' }; Times = @()
            Json = '{"object":"user","id":"u","type":"person","name":"Ann","person":{"email":"ann@x.y"}}'
        }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $arguments = (New-FakeToken).SignIn
    $null = Connect-NotionWorkspace @arguments -SessionOnly
}

AfterAll { Stop-FakeNotion $fake }

Describe 'What the view of <Kind> shows' -ForEach $objects {
    BeforeAll { $object = Get-Reply $Json }

    It 'is there as a property, and can be selected and sorted' {
        foreach ($name in $Has.Keys) {
            $object.$name | Should -Be $Has[$name]
            ($object | Select-Object -Property $name).$name | Should -Be $Has[$name]
            ($object | Sort-Object -Property $name).$name | Should -Be $Has[$name]
            ($object | Group-Object -Property $name).Name | Should -Be "$($Has[$name])"
        }
    }

    It 'shows times as local ones' {
        foreach ($name in $Times) {
            $raw = if ($name -eq 'Created') { '2026-03-01T19:05Z' } else { '2026-07-06T20:25Z' }
            $object.$name | Should -BeExactly ([datetimeoffset]::Parse($raw).ToLocalTime().ToString('yyyy-MM-dd HH:mm'))
        }
    }

    It 'is never sent back, and is in no JSON' {
        $names = @($Has.Keys) + @($Times)
        (ConvertTo-Json $object -Depth 10 -Compress) | Should -BeExactly $Json
        Get-SentBody $object | Should -BeExactly $Json
        $object.PSObject.Properties.Name | Should -BeExactly (($Json | ConvertFrom-Json).PSObject.Properties.Name)
        foreach ($name in $names) { ($object | Select-Object *).PSObject.Properties.Name | Should -Not -Contain $name }
    }
}

Describe 'A member that Notion calls as a view does' {
    It 'is Notion''s' {
        (Get-Reply '{"object":"page","title":"Mine"}').Title | Should -BeExactly 'Mine'
    }
}
