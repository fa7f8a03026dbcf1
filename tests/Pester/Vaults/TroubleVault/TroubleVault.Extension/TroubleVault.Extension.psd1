@{
    RootModule        = 'TroubleVault.Extension.psm1'
    ModuleVersion     = '1.0.0'
    GUID              = '5c70cbe0-46a6-44c5-a2a4-4dd6f45a9d0b'
    Author            = 'The NotionAuth contributors'
    PowerShellVersion = '5.1'
    FunctionsToExport = @(
        'Get-Secret', 'Get-SecretInfo', 'Set-Secret', 'Set-SecretInfo', 'Remove-Secret', 'Test-SecretVault',
        'Unlock-SecretVault', 'Unregister-SecretVault'
    )
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
