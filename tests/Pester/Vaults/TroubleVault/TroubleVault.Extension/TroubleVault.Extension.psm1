# A vault that does what the vault parameter of a function's name (Get_Secret, Set_Secret ...) says, and writes a line
# for each call into the file that the vault parameter Calls names. By default a call succeeds and returns nothing.

function Invoke-Plan {
    # A test looks at what becomes of the text.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingWriteHost', '')]
    param([string] $Function, [hashtable] $With, [hashtable] $AdditionalParameters)

    if ($AdditionalParameters.Calls) {
        $arguments = foreach ($key in $With.Keys | Sort-Object) {
            $value = $With[$key]
            if ($key -eq 'AdditionalParameters') { "$key=$(($value.Keys | Sort-Object) -join '+')"; continue }
            if ($value -is [securestring]) { $value = [Net.NetworkCredential]::new('', $value).Password }
            if ($value -is [hashtable]) {
                $value = '{' + (($value.Keys | Sort-Object | ForEach-Object { "$_=$($value[$_])" }) -join ' ') + '}'
            }
            if ($null -ne $With[$key]) { "$key=$($With[$key].GetType().Name) $value" } else { "$key=" }
        }

        Add-Content -LiteralPath $AdditionalParameters.Calls -Value "${Function}: $($arguments -join ', ')"
    }

    switch ($AdditionalParameters[$Function.Replace('-', '_')]) {
        'throw' { throw 'The extension throws.' }
        'throw-type' {
            throw [IO.InvalidDataException]::new('The extension throws a type.',
                [TimeoutException]::new('The inner one.'))
        }
        'error' {
            $own = @{ ErrorId = 'OwnId'; Category = 'DeviceError'; TargetObject = 'target' }
            Write-Error -Message 'The extension writes an error.' @own
        }
        'all-and-throw' {
            Write-Warning 'A warning.'
            Write-Information 'Information.'
            Write-Error -Message 'The extension writes an error.' -ErrorId OwnId
            throw 'The extension throws.'
        }
        'error-and-value' {
            Write-Error -Message 'The extension writes an error.' -ErrorId OwnId -Category DeviceError
            'value'
        }
        'password' {
            throw [Microsoft.PowerShell.SecretManagement.PasswordRequiredException]::new('A password is required.')
        }
        'streams' {
            Write-Warning 'A warning.'
            Write-Verbose 'A verbose line.'
            Write-Debug 'A debug line.'
            Write-Information 'Information.'
            Write-Host 'To the host.'
            Write-Verbose 'Forced.' -Verbose
            if ($Function -ne 'Set-Secret') { 'value' }
        }
        'missing-command' { Get-ThisCommandIsNowhere }
        'value' { 'value' }
        'number' { 42 }
        'two' { 'first', 'second' }
        'bytes' { , [byte[]](1, 2) }
        'types' {
            ($AdditionalParameters.Keys | Sort-Object |
                ForEach-Object { "$_ $($AdditionalParameters[$_].GetType().FullName)" }) -join '; '
        }
        'true' { $true }
        'false' { $false }
        'null' { $null }
        'count' { $script:Count++; "$($script:Count)" }
        'wait' {
            Set-Content -LiteralPath "$($AdditionalParameters.Calls).waits" -Value ''
            while (-not (Test-Path -LiteralPath "$($AdditionalParameters.Calls).go")) {
                [Threading.Thread]::Yield() | Out-Null
            }
            'value'
        }
        'verbose-parameter' {
            "$($AdditionalParameters.Verbose) " +
                "$(if ($null -ne $AdditionalParameters.Verbose) { $AdditionalParameters.Verbose.GetType().Name })"
        }
        'preferences' {
            "$VerbosePreference $DebugPreference $ErrorActionPreference $InformationPreference " +
                "$WarningPreference $((Get-Location).Path -eq $HOME)"
        }
        'info-named' {
            [Microsoft.PowerShell.SecretManagement.SecretInformation]::new($With.Filter, 'String', $With.VaultName)
        }
        'variables' { @(Get-Variable -Name ContractProbe -ValueOnly -Scope Global -ErrorAction Ignore) -join ','; }
        'runspace' { "$([runspace]::DefaultRunspace.Id) $($Host.Name)" }
        'info' {
            [Microsoft.PowerShell.SecretManagement.SecretInformation]::new('zeta', 'String', $With.VaultName)
            [Microsoft.PowerShell.SecretManagement.SecretInformation]::new('alpha', 'String', $With.VaultName,
                @{ number = 1 })
        }
        'info-other' {
            [Microsoft.PowerShell.SecretManagement.SecretInformation]::new('elsewhere', 'Hashtable', 'AnotherVault')
        }
        'info-wrong' { 'no information' }
    }
}

function Get-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    Invoke-Plan Get-Secret $PSBoundParameters $AdditionalParameters
}

function Get-SecretInfo {
    [CmdletBinding()]
    param([string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters)

    Invoke-Plan Get-SecretInfo $PSBoundParameters $AdditionalParameters
}

function Set-Secret {
    [CmdletBinding()]
    param(
        [string] $Name,
        [object] $Secret,
        [string] $VaultName,
        [hashtable] $AdditionalParameters,
        [hashtable] $Metadata
    )

    Invoke-Plan Set-Secret $PSBoundParameters $AdditionalParameters
}

function Set-SecretInfo {
    [CmdletBinding()]
    param([string] $Name, [hashtable] $Metadata, [string] $VaultName, [hashtable] $AdditionalParameters)

    Invoke-Plan Set-SecretInfo $PSBoundParameters $AdditionalParameters
}

function Remove-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    Invoke-Plan Remove-Secret $PSBoundParameters $AdditionalParameters
}

function Test-SecretVault {
    [CmdletBinding()]
    param([string] $VaultName, [hashtable] $AdditionalParameters)

    Invoke-Plan Test-SecretVault $PSBoundParameters $AdditionalParameters
}

function Unlock-SecretVault {
    [CmdletBinding()]
    param([securestring] $Password, [string] $VaultName, [hashtable] $AdditionalParameters)

    Invoke-Plan Unlock-SecretVault $PSBoundParameters $AdditionalParameters
}

function Unregister-SecretVault {
    [CmdletBinding()]
    param([string] $VaultName, [hashtable] $AdditionalParameters)

    Invoke-Plan Unregister-SecretVault $PSBoundParameters $AdditionalParameters
}
