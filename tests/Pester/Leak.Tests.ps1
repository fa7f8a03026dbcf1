BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $app = New-FakeApp
    $token = New-FakeToken
    $place = New-TestFolder 'leak'
    $out = (New-Item -ItemType Directory -Path (Join-Path $place 'out')).FullName
    $own = (New-Item -ItemType Directory -Path (Join-Path $place 'home')).FullName
    $temporary = (New-Item -ItemType Directory -Path (Join-Path $place 'temp')).FullName
    if (Test-SecretStore) { Initialize-SecretStore -HomeFolder $own }
    $vaultFile = Join-Path (New-TestFolder 'vault') 'vault.xml'
    $person = Set-Person visit

    $variables = @{
        HOME = $own
        TMPDIR = $temporary
        LEAK_OUT = $out
        LEAK_BASE = $fake.BaseUri
        LEAK_REDIRECT = $fake.RedirectUri
        LEAK_INTERNAL = $token.Text
        NOTION_CLIENT_ID = $app.ClientId
        NOTION_CLIENT_SECRET = $app.ClientSecret
        NOTIONAUTH_MODULE_PATH = Get-NotionAuthPath
        LEAK_VAULT = if (-not (Test-SecretStore)) { $vaultFile }
    }
    $start = [Diagnostics.ProcessStartInfo]::new('pwsh')
    foreach ($argument in '-NoProfile', '-NonInteractive', '-File',
            (Join-Path $PSScriptRoot 'Support/LeakScenario.ps1')) {
        $start.ArgumentList.Add($argument)
    }
    foreach ($name in $variables.Keys) { $start.Environment[$name] = $variables[$name] }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $process = [Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    $standardOutput, $standardError = $process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync()
    if (-not $process.WaitForExit(120000)) { $process.Kill($true); throw 'The scenario did not end.' }
    Set-Content -LiteralPath (Join-Path $out 'console.txt') -Value $standardOutput.Result, $standardError.Result

    # Whatever was secret in this run, in each form in which it was on the wire.
    $state = Get-FakeState
    $requests = Get-FakeRequest
    $codes = foreach ($request in $requests | Where-Object path -EQ '/v1/oauth/token') {
        ($request.body | ConvertFrom-Json -AsHashtable)['code']
    }
    $basic = foreach ($request in $requests) {
        if ("$($request.headers.PSObject.Properties['Authorization']?.Value)" -match '^Basic (.+)$') { $Matches[1] }
    }
    $half = $token.Text.Substring(12)
    $secrets = @(@($state.tokens.accessToken) + @($state.tokens.refreshToken) + @($state.refreshRequests.refreshToken) +
        @($codes) + @($basic) + @(
            $app.ClientSecret, $token.Text, $half, 'secret_WrongOneOfTheUser00000001', 'nrt_WrongKindOfToken0000000001',
            'ntn_NobodyKnowsThis000000000001', 'ntn_InADescription0001',
            'MadeUpCode0000001', 'TwiceCode0000001', 'StolenCode0000001') | Where-Object { $_ } | Sort-Object -Unique)

    function Find-Secret {
        <#
        .SYNOPSIS
        The files in which one of the run's secrets stands.
        #>
        [CmdletBinding()]
        param([string[]] $Path)

        foreach ($file in Get-ChildItem -LiteralPath $Path -Recurse -File -Force) {
            # As bytes, one char each: UTF-8 and UTF-16 are both found.
            $text = [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($file.FullName))
            foreach ($secret in $secrets) {
                if ($text.Contains($secret) -or $text.Contains([uri]::EscapeDataString($secret)) -or
                        $text.Contains([Text.Encoding]::Latin1.GetString([Text.Encoding]::Unicode.GetBytes($secret)))) {
                    '{0}: {1}…' -f $file.FullName, $secret.Substring(0, [math]::Min(14, $secret.Length))
                }
            }
        }
    }
}

AfterAll { Stop-FakeNotion $fake }

Describe 'No secret escapes' {
    It 'is shown by a run that did everything' {
        $ids = (Get-Content -LiteralPath (Join-Path $out 'ids.txt')) -replace ',.*'
        foreach ($id in 'InvalidGrant', 'ServerError', 'InvalidCallback', 'InvalidClient', 'InvalidToken',
                'WrongTokenKind', 'ValidationError', 'InvalidRequest', 'ObjectNotFound', 'BodySecret', 'InvalidHeader',
                'NeedsReconnect', 'RevokeNotSupported') {
            $ids | Should -Contain $id
        }

        $transcript = Get-Content -LiteralPath (Join-Path $out 'transcript.txt') -Raw
        foreach ($line in 'GET /v1/users/me 200', 'POST /v1/oauth/token 200', '[redacted]') {
            $transcript.Contains($line) | Should -BeTrue -Because "the transcript must show '$line'"
        }

        (Get-Content -LiteralPath (Join-Path $out 'objects.json') -Raw) | Should -Match 'WorkspaceName'
        $secrets.Count | Should -BeGreaterThan 18
        @($codes).Count | Should -BeGreaterThan 2
        @($state.refreshRequests | Where-Object granted).Count | Should -BeGreaterThan 0
    }

    It 'looks in a way that finds secrets where they are' {
        $control = New-TestFolder 'control'
        Set-Content -LiteralPath (Join-Path $control 'a.txt') -Value "x$($app.ClientSecret)x" -Encoding utf8
        Set-Content -LiteralPath (Join-Path $control 'b.txt') -Value $state.tokens[0].accessToken -Encoding unicode
        @(Find-Secret $control).Count | Should -Be 2
    }

    It 'into streams, transcript, $Error, exceptions, objects and history' {
        Find-Secret $out | Should -BeNullOrEmpty
    }

    It 'into the HOME folder or into temporary files' {
        Find-Secret $own, $temporary | Should -BeNullOrEmpty
    }

    It 'into the vault''s own file, which is encrypted' -Tag SecretStore -Skip:(-not (Test-SecretStore)) {
        Join-Path $own '.secretmanagement/localstore/storefile' | Should -Exist
        Find-Secret (Join-Path $own '.secretmanagement') | Should -BeNullOrEmpty
    }

    It 'into the browser''s address, its environment, the result pages, or any process''s arguments' {
        $seen = New-TestFolder 'seen'
        foreach ($name in 'address', 'environment', 'processes', 'page-1.html', 'page-2.html') {
            Copy-Item -LiteralPath (Join-Path $person $name) -Destination $seen
        }
        Get-Content -LiteralPath (Join-Path $seen 'processes') -Raw | Should -Match 'LeakScenario'
        Find-Secret $seen | Should -BeNullOrEmpty
    }
}

Describe 'An error of a command that was given a secret' {
    It 'holds it in no form: record, exception, invocation, as text, JSON or CLI XML' {
        $text = 'ntn_' + 'GivenToACommandThatFails01'
        $secret = ConvertTo-Secret $text
        $records = @(
            Get-ErrorOf { Connect-NotionWorkspace -Token $secret -BaseUri 'http://notion.example.com' -SessionOnly }
            Get-ErrorOf { Test-NotionToken -Token $secret -BaseUri 'http://notion.example.com' -ErrorAction Stop }
            Get-ErrorOf { Invoke-NotionRequest 'https://other.example.com/' -Token $secret -ErrorAction Stop }
            Get-ErrorOf { Connect-NotionWorkspace -Token $text -SessionOnly }
            Get-ErrorOf { Connect-NotionWorkspace -ClientId x -ClientSecret @($text) -SessionOnly }
            Get-ErrorOf { Invoke-NotionRequest users/me -Token $text })
        $records.Count | Should -Be 6

        $shown = @(
            $records | Format-List * -Force | Out-String -Width 4000
            $records | ForEach-Object {
                $_.Exception.ToString()
                $_.Exception | Format-List * -Force
                $_.InvocationInfo | Format-List * -Force
                $_.InvocationInfo.BoundParameters
            } | Out-String -Width 4000
            foreach ($record in $records) { Get-Error -InputObject $record | Out-String -Width 4000 }
            $records.InvocationInfo | ConvertTo-Json -Depth 3 -WarningAction Ignore
            [Management.Automation.PSSerializer]::Serialize($records, 3)
            [Management.Automation.PSSerializer]::Serialize($records.InvocationInfo, 3)) -join "`n"
        $shown | Should -Match 'InvalidBaseUri' -Because 'it must show the errors'
        $utf16 = [Text.Encoding]::Unicode.GetBytes($text)
        foreach ($form in $text, $text.Substring(4), [Convert]::ToHexString($utf16), [Convert]::ToBase64String($utf16),
                [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($text))) {
            $shown.Contains($form, 'OrdinalIgnoreCase') | Should -BeFalse
        }
    }
}
